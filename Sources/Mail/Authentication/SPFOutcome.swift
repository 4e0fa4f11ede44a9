/// The result of `check_host()`, spelled as the RFCs spell it (RFC 7208 §2.6, RFC 8601 §2.7.2).
public enum SPFResult: String, Hashable, Sendable, CaseIterable {
    case none
    case neutral
    case pass
    case fail
    case softfail
    case temperror
    case permerror
}

/// One SPF evaluation, with what somebody who has to explain it needs.
public struct SPFOutcome: Hashable, Sendable {
    /// RFC 7208 §2.3, §2.4.
    public enum Identity: String, Hashable, Sendable {
        case helo
        case mailFrom = "mailfrom"
    }

    public var result: SPFResult
    public var identity: Identity
    /// The domain whose record was evaluated, lower-case; empty when there was none.
    public var domain: String
    /// One line for people: the mechanism that matched, or what is wrong with which term.
    public var reason: String
    /// The directive that matched, as it is published, e.g. `ip4:192.0.2.0/24`; `nil` when none did.
    public var mechanism: String?
    /// What the domain's owner says to a rejected sender (RFC 7208 §6.2). Written by a stranger: ASCII without controls.
    public var explanation: String?
    /// Terms that cost a DNS look-up (RFC 7208 §4.6.4).
    public var lookups: Int
    public var voidLookups: Int

    public init(
        _ result: SPFResult, identity: Identity, domain: String, reason: String, mechanism: String? = nil,
        explanation: String? = nil, lookups: Int = 0, voidLookups: Int = 0
    ) {
        self.result = result
        self.identity = identity
        self.domain = domain
        self.reason = reason
        self.mechanism = mechanism
        self.explanation = explanation
        self.lookups = lookups
        self.voidLookups = voidLookups
    }
}
