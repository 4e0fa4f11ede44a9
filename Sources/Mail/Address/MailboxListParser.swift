/// Reads an address list one mailbox at a time.
///
/// Tokens are collected up to the character that tells what they were: `<` makes them a display name, `:` a group's name,
/// a comma or the end a bare address.
struct MailboxListParser: ~Escapable {
    private var tokens: AddressTokenizer
    private let options: AddressOptions
    private let length: Int
    private var isInGroup = false
    private(set) var hasGroup = false

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, options: AddressOptions) {
        tokens = AddressTokenizer(bytes)
        self.options = options
        length = bytes.count
    }

    @_lifetime(self: copy self)
    mutating func firstMailbox() throws(AddressFailure) -> NamedMailbox? { try next()?.mailbox }

    /// `nil` at the end of the list.
    @_lifetime(self: copy self)
    mutating func next() throws(AddressFailure) -> (offset: Int, mailbox: NamedMailbox)? {
        var words: [AddressToken] = []
        tokens.lastComment = nil
        while let token = try tokens.next() {
            guard case .special(let character) = token.kind else {
                words.append(token)
                continue
            }
            switch character {
            case UInt8(ascii: "<"):
                let mailbox = try angle(name: words)
                return (words.first?.offset ?? token.offset, mailbox)
            case UInt8(ascii: ":"):
                // A group's name; its members follow. Groups do not nest (RFC 5322 §3.4).
                guard !isInGroup, !words.isEmpty else { throw .badLocalPart(at: token.offset) }
                isInGroup = true
                hasGroup = true
                words.removeAll()
                tokens.lastComment = nil
            case UInt8(ascii: ","), UInt8(ascii: ";"):
                if character == UInt8(ascii: ";") { isInGroup = false }
                // RFC 5322 §4.4: empty places in a list are passed over.
                if !words.isEmpty { return (words[0].offset, try bare(words)) }
                tokens.lastComment = nil
            case UInt8(ascii: ">"): throw .badLocalPart(at: token.offset)
            default: words.append(token)
            }
        }
        guard let first = words.first else { return nil }
        return (first.offset, try bare(words))
    }

    /// Behind the `<`: an optional source route, the address, `>`, and what may follow up to the separator.
    @_lifetime(self: copy self)
    private mutating func angle(name words: [AddressToken]) throws(AddressFailure) -> NamedMailbox {
        var address: [AddressToken] = []
        var isClosed = false
        while let token = try tokens.next() {
            if token.isSpecial(UInt8(ascii: ">")) {
                isClosed = true
                break
            }
            if token.isSpecial(UInt8(ascii: ":")) {
                // RFC 5322 §4.4: obs-route.
                guard address.first?.isSpecial(UInt8(ascii: "@")) == true else {
                    throw .badSourceRoute(at: token.offset)
                }
                address.removeAll()
            } else {
                address.append(token)
            }
        }
        guard isClosed else { throw .missingBracket(at: length) }
        let mailbox = try AddressSpec.mailbox(address, options: options, end: tokens.index)
        var name = DisplayName.text(words)
        // `<a@b> Name` is no form of any RFC, but is sent.
        let trailing = try trailingWords()
        if name == nil { name = DisplayName.text(trailing) }
        return NamedMailbox(name: name ?? comment(), mailbox: mailbox)
    }

    /// The words between `>` and the separator, which is consumed.
    @_lifetime(self: copy self)
    private mutating func trailingWords() throws(AddressFailure) -> [AddressToken] {
        var words: [AddressToken] = []
        while let token = try tokens.next() {
            guard case .special(let character) = token.kind else {
                words.append(token)
                continue
            }
            if character == UInt8(ascii: ";") { isInGroup = false }
            guard character == UInt8(ascii: ",") || character == UInt8(ascii: ";") else {
                throw .trailingText(at: token.offset)
            }
            break
        }
        return words
    }

    private func bare(_ words: [AddressToken]) throws(AddressFailure) -> NamedMailbox {
        let mailbox = try AddressSpec.mailbox(words, options: options, end: tokens.index)
        return NamedMailbox(name: comment(), mailbox: mailbox)
    }

    private func comment() -> String? {
        guard let text = tokens.lastComment else { return nil }
        return DisplayName.clean(text)
    }
}

/// The phrase before an angle address.
enum DisplayName {
    static func text(_ words: [AddressToken]) -> String? {
        var text: [UInt8] = []
        for word in words {
            if word.isSeparated, !text.isEmpty { text.append(0x20) }
            text.append(contentsOf: word.text)
        }
        return clean(text)
    }

    static func clean(_ text: [UInt8]) -> String? {
        let decoded = HeaderText.display(text.span, 0..<text.count, limit: 998)
        return decoded.isEmpty ? nil : decoded
    }
}
