/// A lexical token of a structured field (RFC 5322 §3.2), for address lists.
struct AddressToken {
    enum Kind {
        /// Letters of an atom, an encoded word, or UTF-8; `text` holds them as they stand.
        case atom
        /// `text` holds the content without quotes and escapes.
        case quoted
        /// `[...]`, with its brackets.
        case literal
        /// One of `.` `@` `<` `>` `,` `;` `:`.
        case special(UInt8)
    }

    var kind: Kind
    var text: [UInt8]
    /// The first byte in the field.
    var offset: Int
    /// White space or a comment stood before it.
    var isSeparated: Bool

    func isSpecial(_ character: UInt8) -> Bool {
        if case .special(let own) = kind { return own == character }
        return false
    }

    var isWord: Bool {
        switch kind {
        case .atom, .quoted: true
        case .literal, .special: false
        }
    }
}

/// Cuts a structured field into tokens, passing over folding white space and comments (RFC 5322 §3.2.2).
struct AddressTokenizer: ~Escapable {
    private let bytes: Span<UInt8>
    private(set) var index = 0
    /// The text of the last comment passed, which old mail uses as a display name: `a@b (Name)`.
    var lastComment: [UInt8]?

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) { self.bytes = bytes }

    /// `nil` at the end.
    @_lifetime(self: copy self)
    mutating func next() throws(AddressFailure) -> AddressToken? {
        let before = index
        try skipBlanksAndComments()
        guard index < bytes.count else { return nil }
        let start = index
        let byte = bytes[start]
        let isSeparated = start > before
        switch byte {
        case UInt8(ascii: "\""):
            let text = try quoted()
            return AddressToken(kind: .quoted, text: text, offset: start, isSeparated: isSeparated)
        case UInt8(ascii: "["):
            while index < bytes.count, bytes[index] != UInt8(ascii: "]") { index += 1 }
            guard index < bytes.count else { throw .badAddressLiteral(at: start) }
            index += 1
            let text = (start..<index).map { bytes[$0] }
            return AddressToken(kind: .literal, text: text, offset: start, isSeparated: isSeparated)
        case UInt8(ascii: "."), UInt8(ascii: "@"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: ","),
            UInt8(ascii: ";"), UInt8(ascii: ":"):
            index += 1
            return AddressToken(kind: .special(byte), text: [byte], offset: start, isSeparated: isSeparated)
        default: break
        }
        // Encoded words of careless senders hold commas and colons.
        if byte == UInt8(ascii: "="), let word = EncodedWord.parse(bytes, at: start) { index = word.end }
        while index < bytes.count, bytes[index].isAtext || !bytes[index].isASCII { index += 1 }
        guard index > start else { throw .badLocalPart(at: start) }
        let text = (start..<index).map { bytes[$0] }
        return AddressToken(kind: .atom, text: text, offset: start, isSeparated: isSeparated)
    }

    @_lifetime(self: copy self)
    private mutating func quoted() throws(AddressFailure) -> [UInt8] {
        let start = index
        var text: [UInt8] = []
        index += 1
        while index < bytes.count {
            var byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                index += 1
                return text
            }
            if byte == UInt8(ascii: "\\"), index + 1 < bytes.count {
                index += 1
                byte = bytes[index]
            }
            // Folding inside a quoted string: the line end is not part of it (RFC 5322 §3.2.4).
            if byte != 0x0D, byte != 0x0A {
                guard byte == 0x09 || !byte.isControl else { throw .badLocalPart(at: index) }
                text.append(byte == 0x09 ? 0x20 : byte)
            }
            index += 1
        }
        throw .unterminatedQuote(at: start)
    }

    @_lifetime(self: copy self)
    private mutating func skipBlanksAndComments() throws(AddressFailure) {
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "(") {
                try skipComment()
            } else if byte.isBlank || byte == 0x0D || byte == 0x0A {
                index += 1
            } else {
                return
            }
        }
    }

    /// Comments nest; depth is counted, not recursed into.
    @_lifetime(self: copy self)
    private mutating func skipComment() throws(AddressFailure) {
        let start = index
        var depth = 0
        var text: [UInt8] = []
        while index < bytes.count {
            var byte = bytes[index]
            if byte == UInt8(ascii: "\\"), index + 1 < bytes.count {
                index += 1
                byte = bytes[index]
                text.append(byte)
            } else if byte == UInt8(ascii: "(") {
                if depth > 0 { text.append(byte) }
                depth += 1
            } else if byte == UInt8(ascii: ")") {
                depth -= 1
                if depth == 0 {
                    index += 1
                    lastComment = text
                    return
                }
                text.append(byte)
            } else {
                text.append(byte)
            }
            index += 1
        }
        throw .unterminatedComment(at: start)
    }
}
