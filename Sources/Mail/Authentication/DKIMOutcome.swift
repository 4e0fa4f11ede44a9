/// The result of one DKIM signature (RFC 8601 §2.7.1).
public enum DKIMResult: String, Hashable, Sendable, CaseIterable {
    case none
    case pass
    case fail
    case policy
    case neutral
    case temperror
    case permerror
}

/// What became of one DKIM-Signature field.
public struct DKIMOutcome: Hashable, Sendable {
    public var result: DKIMResult
    /// One line for people; never holds a control character.
    public var reason: String
    /// `d=`; `nil` when the field is too broken to say.
    public var domain: Domain?
    /// `i=`, or `@` and the domain (RFC 6376 §3.5).
    public var identity: String
    public var selector: String
    /// `a=` as it stands there.
    public var algorithm: String
    /// Bits of the RSA modulus, 256 for Ed25519; `nil` when the key was not read.
    public var keyBits: Int?
    /// The key says `t=y` (RFC 6376 §3.6.1).
    public var isTesting: Bool
    /// The first characters of `b=`, which tell several signatures apart (RFC 6008).
    public var signatureStart: String
    /// Bytes of the canonical body that `l=` leaves unsigned; what stands there may have been added by anybody.
    public var unsignedBytes: Int

    public init(
        _ result: DKIMResult, reason: String, domain: Domain? = nil, identity: String = "", selector: String = "",
        algorithm: String = "", keyBits: Int? = nil, isTesting: Bool = false, signatureStart: String = "",
        unsignedBytes: Int = 0
    ) {
        self.result = result
        self.reason = reason
        self.domain = domain
        self.identity = identity
        self.selector = selector
        self.algorithm = algorithm
        self.keyBits = keyBits
        self.isTesting = isTesting
        self.signatureStart = signatureStart
        self.unsignedBytes = unsignedBytes
    }
}
