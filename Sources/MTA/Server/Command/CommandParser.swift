import Mail

/// Parses one command line, without its line end.
///
/// Tolerant where nobody can be hurt by it (case, extra blanks, a blank after the colon, a path without brackets),
/// strict otherwise: what cannot be parsed is never guessed. Limits: the caller has bounded the line.
enum CommandParser {
    static func parse(_ line: Span<UInt8>) throws(CommandFailure) -> Command {
        let line = line.extracting(0..<lengthWithoutTrailingBlanks(line))
        try checkCharacters(line)
        var cursor = ByteCursor(line)
        let verb = cursor.word()
        guard !verb.isEmpty else { throw .empty }
        // RFC 5321 §2.4: verbs are not case sensitive.
        switch Verb(line, verb) {
        case .ehlo: return .ehlo(try helloArgument(&cursor))
        case .helo: return .helo(try helloArgument(&cursor))
        case .mail: return .mail(try MailParser.parse(&cursor))
        case .rcpt: return .rcpt(try RcptParser.parse(&cursor))
        case .data: return try alone(.data, cursor)
        case .bdat: return .bdat(try chunkHeader(&cursor))
        case .rset: return try alone(.rset, cursor)
        case .quit: return try alone(.quit, cursor)
        case .startTLS: return try alone(.startTLS, cursor)
        case .noop: return .noop
        case .help: return .help
        case .vrfy: return try withArgument(.vrfy, &cursor)
        case .expn: return try withArgument(.expn, &cursor)
        case .auth: return .auth(try authCommand(&cursor))
        case .known: throw .notImplemented
        case nil: throw .unknownVerb
        }
    }

    /// RFC 5321 §4.1.1: blanks before the line end are tolerated.
    private static func lengthWithoutTrailingBlanks(_ line: Span<UInt8>) -> Int {
        var end = line.count
        while end > 0, line[end - 1] == UInt8(ascii: " ") || line[end - 1] == UInt8(ascii: "\t") { end -= 1 }
        return end
    }

    private static func checkCharacters(_ line: Span<UInt8>) throws(CommandFailure) {
        var hasHighByte = false
        for index in 0..<line.count {
            let byte = line[index]
            if byte < 0x20 && byte != 0x09 || byte == 0x7F { throw .controlCharacter }
            if byte >= 0x80 { hasHighByte = true }
        }
        if hasHighByte, line.text(0..<line.count) == nil { throw .notUTF8 }
    }

    private static func alone(_ command: Command, _ cursor: borrowing ByteCursor) throws(CommandFailure) -> Command {
        // RFC 5321 §4.3.2: 501 for an argument where none is allowed.
        guard cursor.isAtEnd else { throw .unexpectedArgument }
        return command
    }

    private static func withArgument(
        _ command: Command, _ cursor: inout ByteCursor
    ) throws(CommandFailure) -> Command {
        cursor.skipBlanks()
        let argument = cursor.word()
        let isEmptyQuotes = argument.count == 2 && cursor.bytes.equals("\"\"", in: argument)
        guard !argument.isEmpty, !isEmptyQuotes else { throw .missingArgument }
        return command
    }

    /// RFC 5321 §4.1.1.1 wants a domain or address literal. Clients send what they believe their name is, and §4.1.4
    /// forbids to refuse mail for a wrong one; so any text that is safe in a Received field is taken.
    private static func helloArgument(_ cursor: inout ByteCursor) throws(CommandFailure) -> String {
        cursor.skipBlanks()
        let range = cursor.word()
        guard !range.isEmpty, range.count <= 255, cursor.isAtEnd else { throw .helloArgument }
        for index in range {
            switch cursor.bytes[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), 0x80...:
                continue
            default: throw .helloArgument
            }
        }
        guard let text = cursor.bytes.text(range) else { throw .helloArgument }
        return text
    }

    /// RFC 3030 §2: `BDAT SP chunk-size [SP LAST]`.
    private static func chunkHeader(_ cursor: inout ByteCursor) throws(CommandFailure) -> ChunkHeader {
        cursor.skipBlanks()
        let digits = cursor.word()
        guard let size = Decimal.parse(cursor.bytes, digits, digits: 18) else { throw .bdatSyntax }
        guard cursor.skipBlanks() > 0 else { return ChunkHeader(size: size, isLast: false) }
        guard cursor.take("LAST"), cursor.isAtEnd else { throw .bdatSyntax }
        return ChunkHeader(size: size, isLast: true)
    }

    /// RFC 4954 §4: `AUTH SP mechanism [SP initial-response]`.
    private static func authCommand(_ cursor: inout ByteCursor) throws(CommandFailure) -> AuthCommand {
        cursor.skipBlanks()
        let name = cursor.word()
        // RFC 4422 §3.1: 1 to 20 letters, digits, hyphens and underscores.
        guard (1...20).contains(name.count) || name.count > 20 && name.count <= 64 else { throw .authSyntax }
        for index in name {
            switch cursor.bytes[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                continue
            default: throw .authSyntax
            }
        }
        cursor.skipBlanks()
        let response = cursor.word()
        guard cursor.isAtEnd else { throw .authSyntax }
        var mechanism: SASLMechanism?
        if cursor.bytes.equals("PLAIN", in: name) { mechanism = .plain }
        if cursor.bytes.equals("LOGIN", in: name) { mechanism = .login }
        return AuthCommand(
            mechanism: mechanism, initialResponse: response.isEmpty ? nil : response.map { cursor.bytes[$0] })
    }
}

/// An unsigned decimal number.
enum Decimal {
    /// `nil` when there is no digit, something else than a digit, or more digits than allowed (at most 18).
    static func parse(_ bytes: Span<UInt8>, _ range: Range<Int>, digits: Int) -> Int? {
        guard (1...digits).contains(range.count) else { return nil }
        var value = 0
        for index in range {
            let byte = bytes[index]
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }
}
