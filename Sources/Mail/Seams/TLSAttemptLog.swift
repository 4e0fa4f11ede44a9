/// Hears how the TLS part of each outgoing session went, for the daily reports of RFC 8460. Called on a loop, so it
/// must return at once.
public protocol TLSAttemptLog: Sendable {
    func record(_ attempt: TLSAttempt)
}

/// One session, or one attempt at one, as RFC 8460 counts them (§4.2).
public struct TLSAttempt: Hashable, Sendable {
    /// The policy that was applied (RFC 8460 §4.4: `policy-type`).
    public enum Policy: Hashable, Sendable {
        /// `tlsa`, with the records in presentation form and the host that published them.
        case tlsa(records: [String], host: String)
        case sts(MTASTSPolicy)
        /// `no-policy-found`.
        case none
    }

    /// RFC 8460 §4.3. The raw value is the result type in the report.
    public enum Failure: String, Hashable, Sendable, CaseIterable {
        case startTLSNotSupported = "starttls-not-supported"
        case certificateHostMismatch = "certificate-host-mismatch"
        case certificateExpired = "certificate-expired"
        case certificateNotTrusted = "certificate-not-trusted"
        case validationFailure = "validation-failure"
        case tlsaInvalid = "tlsa-invalid"
        case dnssecInvalid = "dnssec-invalid"
        case daneRequired = "dane-required"
        case stsPolicyFetchError = "sts-policy-fetch-error"
        case stsPolicyInvalid = "sts-policy-invalid"
        case stsWebPKIInvalid = "sts-webpki-invalid"
    }

    public var destination: Domain
    public var policy: Policy
    /// `nil`: success.
    public var failure: Failure?
    /// For people: what OpenSSL or the fetch said; at most 200 bytes of ASCII.
    public var detail: String
    public var at: WallTime
    /// Addresses without ports; empty where the attempt did not come that far.
    public var sendingAddress: String
    public var receivingAddress: String
    public var receivingHost: String

    public init(
        destination: Domain, policy: Policy, failure: Failure? = nil, detail: String = "", at: WallTime,
        sendingAddress: String = "", receivingAddress: String = "", receivingHost: String = ""
    ) {
        self.destination = destination
        self.policy = policy
        self.failure = failure
        self.detail = detail
        self.at = at
        self.sendingAddress = sendingAddress
        self.receivingAddress = receivingAddress
        self.receivingHost = receivingHost
    }
}
