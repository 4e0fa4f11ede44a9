/// The result of the DMARC mechanism check (RFC 8601 §2.7.1, RFC 9989).
public enum DMARCResult: String, Hashable, Sendable, CaseIterable {
    case none
    case pass
    case fail
    case temperror
    case permerror
}

/// What a domain asks for when the check fails (RFC 9989 §4.7).
public enum DMARCPolicy: String, Hashable, Sendable, CaseIterable {
    case none
    case quarantine
    case reject
}

public struct DMARCOutcome: Hashable, Sendable {
    /// Which tag the policy was taken from.
    public enum PolicyTag: String, Hashable, Sendable {
        case p
        case sp
        case np
    }

    public var result: DMARCResult
    /// One line for people: which identifier aligned, or why none did.
    public var reason: String
    /// The domain in From.
    public var author: Domain?
    /// Where the record was found; `nil` when there is none.
    public var recordDomain: Domain?
    public var organizationalDomain: Domain?
    /// What is published for mail of this author.
    public var policy: DMARCPolicy
    public var policyTag: PolicyTag?
    /// What is asked for this message: `none` when it passed; one step milder than `policy` in test mode (`t=y`).
    public var disposition: DMARCPolicy
    public var isTesting: Bool
    public var isSPFAligned: Bool
    public var isDKIMAligned: Bool

    public init(
        _ result: DMARCResult, reason: String, author: Domain? = nil, recordDomain: Domain? = nil,
        organizationalDomain: Domain? = nil, policy: DMARCPolicy = .none, policyTag: PolicyTag? = nil,
        disposition: DMARCPolicy = .none, isTesting: Bool = false, isSPFAligned: Bool = false,
        isDKIMAligned: Bool = false
    ) {
        self.result = result
        self.reason = reason
        self.author = author
        self.recordDomain = recordDomain
        self.organizationalDomain = organizationalDomain
        self.policy = policy
        self.policyTag = policyTag
        self.disposition = disposition
        self.isTesting = isTesting
        self.isSPFAligned = isSPFAligned
        self.isDKIMAligned = isDKIMAligned
    }
}
