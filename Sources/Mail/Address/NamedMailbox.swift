/// A mailbox with the name shown beside it, as From, To, Cc and Reply-To hold it (RFC 5322 §3.4).
public struct NamedMailbox: Hashable, Sendable {
    /// Decoded, without quotes and controls; `nil` where there is none.
    public var name: String?
    public var mailbox: Mailbox

    public init(name: String? = nil, mailbox: Mailbox) {
        self.name = name
        self.mailbox = mailbox
    }

    /// `Name <a@b>` or `a@b`; the whole text must be one.
    public init(parsing text: String, options: AddressOptions = .utf8) throws(AddressFailure) {
        if let simple = Self(simple: text.utf8Span.span, options: options) {
            self = simple
            return
        }
        let list = try MailboxList(parsing: text, options: options)
        guard let first = list.mailboxes.first, !list.hasGroup else { throw .missingLocalPart(at: 0) }
        guard list.mailboxes.count == 1 else { throw .trailingText(at: list.offsets[1]) }
        self = first
    }

    /// The two forms that nearly every address has: `a@b`, and atoms with one blank between them in front of `<a@b>`.
    /// `nil`: read it with the whole grammar, which also says what is wrong.
    private init?(simple text: Span<UInt8>, options: AddressOptions) {
        guard text.count <= 998 else { return nil }
        var addressStart = 0
        var addressEnd = text.count
        if addressEnd > 0, text[addressEnd - 1] == UInt8(ascii: ">") {
            addressEnd -= 1
            var previous: UInt8 = 0x20
            while addressStart < addressEnd, text[addressStart] != UInt8(ascii: "<") {
                let byte = text[addressStart]
                // `=?` may begin an encoded word.
                guard byte.isAtext && byte != UInt8(ascii: "=") || byte == 0x20 && previous != 0x20 else { return nil }
                previous = byte
                addressStart += 1
            }
            guard addressStart > 1, previous == 0x20, addressStart < addressEnd else { return nil }
            addressStart += 1
        }
        for index in addressStart..<addressEnd {
            let byte = text[index]
            guard byte.isAtext || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "@") else { return nil }
        }
        let address = text.extracting(addressStart..<addressEnd)
        guard let mailbox = try? Mailbox(parsing: address, options: options) else { return nil }
        let hasName = addressStart > 0
        self.init(name: hasName ? ByteText.ascii(text.extracting(0..<addressStart - 2)) : nil, mailbox: mailbox)
    }
}

extension NamedMailbox: CustomStringConvertible {
    /// For people to read: the name is quoted where it needs it, and not encoded.
    public var description: String {
        guard let name, !name.isEmpty else { return mailbox.description }
        let isPlain = name.utf8.allSatisfy { !$0.isASCII || $0.isAtext || $0 == 0x20 }
        if isPlain { return "\(name) <\(mailbox)>" }
        var quoted = "\""
        for scalar in name.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted.unicodeScalars.append("\\") }
            quoted.unicodeScalars.append(scalar)
        }
        return "\(quoted)\" <\(mailbox)>"
    }
}
