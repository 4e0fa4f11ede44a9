/// The part of a mailbox behind the `@`, and the name of a destination: a DNS name in lower-case A-labels without the
/// final dot, or an address literal in its brackets (RFC 5321 §4.1.3), e.g. `[192.0.2.1]` or `[IPv6:2001:db8::1]`.
///
/// A value of this type has been through a parser: it holds no control character, space or line end.
public struct Domain: Hashable, Sendable {
    /// The canonical text, as it goes on the wire.
    public let text: String

    /// For parsers, decoders of our own journal, and tests. The text must already be canonical.
    public init(canonical text: String) { self.text = text }

    /// The literal of an address, e.g. `[192.0.2.1]`.
    public init(literal address: IPAddress) {
        switch address {
        case .v4: text = "[\(address)]"
        case .v6: text = "[IPv6:\(address)]"
        }
    }

    /// `Domain` or `address-literal` of RFC 5321 §4.1.2; the whole text must be one.
    public init(parsing bytes: Span<UInt8>, options: AddressOptions = .strict) throws(AddressFailure) {
        let (domain, end) = try DomainParser.parse(bytes, from: 0, options: options)
        guard end == bytes.count else { throw .badDomain(at: end) }
        self = domain
    }

    public init(parsing text: String, options: AddressOptions = .utf8) throws(AddressFailure) {
        try self.init(parsing: text.utf8Span.span, options: options)
    }

    public var isAddressLiteral: Bool { text.utf8.first == UInt8(ascii: "[") }

    /// The address of an IPv4 or IPv6 literal; `nil` for a name and for other literals.
    public var literalAddress: IPAddress? {
        guard isAddressLiteral else { return nil }
        let inner = text.dropFirst().dropLast()
        return IPAddress(String(inner.hasPrefix("IPv6:") ? inner.dropFirst(5) : inner))
    }

    /// For people to read: A-labels as U-labels (RFC 5890 §2.3.2.1).
    public var unicodeText: String { isAddressLiteral ? text : IDNA.unicode(text) }

    /// Whether the name equals the other or lies below it: `a.example` is within `example`.
    public func isWithin(_ parent: Domain) -> Bool {
        if text == parent.text { return true }
        guard text.utf8.count > parent.text.utf8.count, text.hasSuffix(parent.text) else { return false }
        return text.utf8.dropLast(parent.text.utf8.count).last == UInt8(ascii: ".")
    }
}

extension Domain: CustomStringConvertible, LosslessStringConvertible {
    public var description: String { text }

    public init?(_ description: String) {
        guard let domain = try? Domain(parsing: description) else { return nil }
        self = domain
    }
}
