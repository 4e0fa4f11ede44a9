/// `addr-spec` from tokens (RFC 5322 §3.4.1, §4.4): comments and white space between them are already gone.
enum AddressSpec {
    /// - Parameter end: where in the field the tokens end, for a failure about what is missing.
    static func mailbox(
        _ tokens: [AddressToken], options: AddressOptions, end: Int
    ) throws(AddressFailure) -> Mailbox {
        guard let at = tokens.firstIndex(where: { $0.isSpecial(UInt8(ascii: "@")) }) else {
            throw .missingAt(at: tokens.last.map { $0.offset + $0.text.count } ?? end)
        }
        let local = try localPart(tokens[..<at], at: tokens[at].offset)
        // The tokens are joined without what stood between them, and SMTP's own parser judges the result.
        var text = local.text
        let domainStart = text.count + 1
        text.append(UInt8(ascii: "@"))
        var positions: [Int] = []
        for token in tokens[(at + 1)...] {
            if token.isWord, let last = positions.last, last < token.offset, text.last != UInt8(ascii: ".") {
                throw .badDomain(at: token.offset)
            }
            if case .quoted = token.kind { throw .badDomain(at: token.offset) }
            positions.append(contentsOf: token.offset..<token.offset + token.text.count)
            text.append(contentsOf: token.text)
        }
        do throws(AddressFailure) {
            return try Mailbox(parsing: text.span, options: options)
        } catch {
            let offset = error.offset
            let place =
                offset < domainStart
                ? local.offset
                : offset - domainStart < positions.count
                    ? positions[offset - domainStart] : end
            throw error.moved(to: place)
        }
    }

    /// `word *("." word)`, as a dot-string or, when a word was quoted, one quoted string.
    private static func localPart(
        _ tokens: ArraySlice<AddressToken>, at: Int
    ) throws(AddressFailure) -> (text: [UInt8], offset: Int) {
        guard let first = tokens.first else { throw .missingLocalPart(at: at) }
        var plain: [UInt8] = []
        var isQuoted = false
        var expectsWord = true
        for token in tokens {
            if token.isSpecial(UInt8(ascii: ".")) {
                guard !expectsWord else { throw .misplacedDot(at: token.offset) }
                expectsWord = true
            } else {
                guard expectsWord, token.isWord else { throw .badLocalPart(at: token.offset) }
                expectsWord = false
                if case .quoted = token.kind { isQuoted = true }
            }
            plain.append(contentsOf: token.text)
        }
        guard !expectsWord else { throw .misplacedDot(at: at) }
        guard isQuoted else { return (plain, first.offset) }
        var text: [UInt8] = [UInt8(ascii: "\"")]
        for byte in plain {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { text.append(UInt8(ascii: "\\")) }
            text.append(byte)
        }
        text.append(UInt8(ascii: "\""))
        return (text, first.offset)
    }
}
