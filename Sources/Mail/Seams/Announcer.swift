/// Puts what happened, other than to a message, into the journal, so that every consumer of the log hears of it.
public protocol Announcer: Sendable {
    /// Returns when the announcement is durable.
    func announce(_ announcement: Announcement) async throws(Refusal)
}

public struct Announcement: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// `domain.dns_changed`: what is published for a sending domain is no longer what it was.
        case domainDNSChanged(DomainDNSChange)
    }

    public var at: WallTime
    public var tenant: UUIDv7
    public var kind: Kind

    /// The identifier of what it is about.
    public var subject: UUIDv7 {
        switch kind {
        case .domainDNSChanged(let change): change.domainID
        }
    }

    public init(at: WallTime, tenant: UUIDv7, kind: Kind) {
        self.at = at
        self.tenant = tenant
        self.kind = kind
    }
}

public struct DomainDNSChange: Hashable, Sendable {
    public var domainID: UUIDv7
    public var name: Domain
    /// 0 to 100, before and now.
    public var previousScore: Int
    public var score: Int
    /// Whether the domain may still send, before and now.
    public var wasVerified: Bool
    public var isVerified: Bool
    /// The names of the findings that changed, e.g. `spf`, `dkim:mt202611r`, each with what it is now.
    public var findings: [Finding]

    public struct Finding: Hashable, Sendable {
        public var name: String
        public var was: String
        public var now: String
        public init(name: String, was: String, now: String) {
            self.name = name
            self.was = was
            self.now = now
        }
    }

    public init(
        domainID: UUIDv7, name: Domain, previousScore: Int, score: Int, wasVerified: Bool, isVerified: Bool,
        findings: [Finding]
    ) {
        self.domainID = domainID
        self.name = name
        self.previousScore = previousScore
        self.score = score
        self.wasVerified = wasVerified
        self.isVerified = isVerified
        self.findings = findings
    }
}
