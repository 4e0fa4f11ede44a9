/// `local-part@domain` (RFC 5321 §4.1.2), parsed.
///
/// The local part is held without its quotes and escapes, so that `"a"@x`, `a@x` and `"\a"@x` are one mailbox
/// (RFC 5321 §4.1.2: the forms are equivalent). `description` puts the quotes back where the text needs them.
public struct Mailbox: Hashable, Sendable {
    /// Case is kept: only the receiving host may fold it (RFC 5321 §2.4).
    public let localPart: String
    public let domain: Domain

    /// For parsers, decoders of our own journal, and tests. The parts must already be valid.
    public init(localPart: String, domain: Domain) {
        self.localPart = localPart
        self.domain = domain
    }

    /// The whole text must be one mailbox in the form SMTP uses: no comments, no white space, no angle brackets.
    public init(parsing bytes: Span<UInt8>, options: AddressOptions = .strict) throws(AddressFailure) {
        let (mailbox, end) = try Self.parsePrefix(bytes, from: 0, options: options)
        guard end == bytes.count else { throw .trailingText(at: end) }
        self = mailbox
    }

    public init(parsing text: String, options: AddressOptions = .utf8) throws(AddressFailure) {
        try self.init(parsing: text.utf8Span.span, options: options)
    }

    /// Reads one mailbox from `start`; `end` is where its domain ends.
    static func parsePrefix(
        _ bytes: Span<UInt8>, from start: Int, options: AddressOptions
    ) throws(AddressFailure) -> (mailbox: Mailbox, end: Int) {
        let (localPart, at) = try LocalPartParser.parse(bytes, from: start, options: options)
        let (domain, end) = try DomainParser.parse(bytes, from: at + 1, options: options)
        // RFC 5321 §4.5.3.1.3: a path is at most 256 bytes with its two brackets (RFC 3696 erratum 1690). A local part
        // that the options let grow is not held to it.
        let allowance = max(options.localPartLimit - 64, 0)
        guard end - start <= AddressOptions.pathLimit - 2 + allowance else { throw .pathTooLong(at: start) }
        return (Mailbox(localPart: localPart, domain: domain), end)
    }

    /// Whether only a host that offers SMTPUTF8 can take it (RFC 6531 §3.2); the domain never needs it.
    public var needsSMTPUTF8: Bool { !localPart.utf8.allSatisfy(\.isASCII) }

    /// RFC 5321 §2.3.11, §4.5.1: in any case of letters.
    public var isPostmaster: Bool { localPart.lowercased() == "postmaster" }
}

extension Mailbox: CustomStringConvertible, LosslessStringConvertible {
    /// As it goes between angle brackets on the wire.
    public var description: String {
        if LocalPartParser.isDotString(localPart) { return "\(localPart)@\(domain.text)" }
        var quoted = "\""
        for character in localPart.unicodeScalars {
            if character == "\"" || character == "\\" { quoted.unicodeScalars.append("\\") }
            quoted.unicodeScalars.append(character)
        }
        return "\(quoted)\"@\(domain.text)"
    }

    public init?(_ description: String) {
        guard let mailbox = try? Mailbox(parsing: description) else { return nil }
        self = mailbox
    }
}
