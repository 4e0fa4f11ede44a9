/// The argument of MAIL FROM (RFC 5321 §4.1.1.2, §4.1.2): `<>` or a mailbox in angle brackets.
public struct ReversePath: Hashable, Sendable {
    /// `nil` is the null reverse-path (RFC 5321 §4.5.5).
    public let mailbox: Mailbox?
    /// Bytes read, from the `<` to behind the `>`. Parameters follow.
    public let length: Int

    /// The text begins with the path; what follows it is not looked at.
    public init(parsing bytes: Span<UInt8>, options: AddressOptions = .strict) throws(AddressFailure) {
        if bytes.count >= 2, bytes[0] == UInt8(ascii: "<"), bytes[1] == UInt8(ascii: ">") {
            mailbox = nil
            length = 2
            return
        }
        let (path, end) = try PathParser.parse(bytes, options: options)
        mailbox = path
        length = end
    }
}

/// The argument of RCPT TO (RFC 5321 §4.1.1.3, §4.1.2).
public struct ForwardPath: Hashable, Sendable {
    public enum Recipient: Hashable, Sendable {
        case mailbox(Mailbox)
        /// `<postmaster>` without a domain: whoever answers for this host.
        case postmaster
    }

    public let recipient: Recipient
    /// Bytes read, from the `<` to behind the `>`. Parameters follow.
    public let length: Int

    /// The text begins with the path; what follows it is not looked at.
    public init(parsing bytes: Span<UInt8>, options: AddressOptions = .strict) throws(AddressFailure) {
        if PathParser.isPostmaster(bytes) {
            recipient = .postmaster
            length = 12
            return
        }
        let (path, end) = try PathParser.parse(bytes, options: options)
        recipient = .mailbox(path)
        length = end
    }
}

/// `Path = "<" [ A-d-l ":" ] Mailbox ">"`.
enum PathParser {
    static func parse(
        _ bytes: Span<UInt8>, options: AddressOptions
    ) throws(AddressFailure) -> (mailbox: Mailbox, end: Int) {
        guard bytes.count > 0, bytes[0] == UInt8(ascii: "<") else {
            guard options.allowsBarePath else { throw .missingBracket(at: 0) }
            return try bare(bytes, options: options)
        }
        let start = try skipSourceRoute(bytes, from: 1, options: options)
        let (mailbox, end) = try Mailbox.parsePrefix(bytes, from: start, options: options)
        guard end < bytes.count, bytes[end] == UInt8(ascii: ">") else { throw .missingBracket(at: end) }
        return (mailbox, end + 1)
    }

    private static func bare(
        _ bytes: Span<UInt8>, options: AddressOptions
    ) throws(AddressFailure) -> (mailbox: Mailbox, end: Int) {
        let (mailbox, end) = try Mailbox.parsePrefix(bytes, from: 0, options: options)
        guard end == bytes.count || bytes[end].isBlank else { throw .trailingText(at: end) }
        return (mailbox, end)
    }

    /// RFC 5321 §4.1.1.3, appendix C: source routes are accepted and ignored.
    private static func skipSourceRoute(
        _ bytes: Span<UInt8>, from start: Int, options: AddressOptions
    ) throws(AddressFailure) -> Int {
        var index = start
        guard index < bytes.count, bytes[index] == UInt8(ascii: "@") else { return start }
        while true {
            guard index < bytes.count, bytes[index] == UInt8(ascii: "@") else { throw .badSourceRoute(at: index) }
            index = try DomainParser.parse(bytes, from: index + 1, options: options).end
            guard index < bytes.count, index < AddressOptions.pathLimit else { throw .badSourceRoute(at: index) }
            switch bytes[index] {
            case UInt8(ascii: ","): index += 1
            case UInt8(ascii: ":"): return index + 1
            default: throw .badSourceRoute(at: index)
            }
        }
    }

    /// RFC 5321 §4.1.1.3: `<Postmaster>`, in any case of letters.
    static func isPostmaster(_ bytes: Span<UInt8>) -> Bool {
        let expected: StaticString = "<postmaster>"
        guard bytes.count >= 12 else { return false }
        return expected.withUTF8Buffer { text in
            for index in 0..<12 where unsafe bytes[index].lowercased != text[index] { return false }
            return true
        }
    }
}
