/// What an address parser lets through, apart from the grammar itself.
public struct AddressOptions: Hashable, Sendable {
    /// SMTPUTF8 local parts and U-label domains (RFC 6531 §3.3). U-labels are turned into A-labels.
    public var allowsUTF8: Bool
    /// `MAIL FROM:a@b` without angle brackets, which RFC 5321 forbids and old clients send.
    public var allowsBarePath: Bool
    /// Bytes of a local part as written, quotes included (RFC 5321 §4.5.3.1.1).
    public var localPartLimit: Int

    public init(allowsUTF8: Bool = false, allowsBarePath: Bool = false, localPartLimit: Int = 64) {
        self.allowsUTF8 = allowsUTF8
        self.allowsBarePath = allowsBarePath
        self.localPartLimit = localPartLimit
    }

    /// ASCII only, the strict grammar.
    public static let strict = Self()
    /// The strict grammar with RFC 6531's additions.
    public static let utf8 = Self(allowsUTF8: true)

    /// RFC 5321 §4.5.3.1.2.
    static let domainLimit = 255
    /// RFC 5321 §4.5.3.1.3, with the angle brackets.
    static let pathLimit = 256
}
