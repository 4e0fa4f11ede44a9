/// A domain that a tenant sends from, with its DKIM keys.
public struct SendingDomain: Hashable, Sendable {
    public enum Status: String, Hashable, Sendable {
        case pending
        case verified
    }

    public var id: UUIDv7
    public var tenant: UUIDv7
    public var name: Domain
    public var status: Status
    public var dkim: [DKIMKey]
    public var createdAt: WallTime
    /// The operator's word counts: what the DNS says is shown and announced, and never takes the status away.
    public var isVouched: Bool
    /// Since when it is verified; `nil` while it is not.
    public var verifiedAt: WallTime?
    /// Since when a verified domain's DNS no longer proves it; `nil` while it does, and for a vouched one.
    public var failingSince: WallTime?
    /// When its DNS was looked at; `nil` before the first time.
    public var checkedAt: WallTime?
    /// 0 to 100, of the last check.
    public var score: Int?
    /// When the drift watch is to look again.
    public var nextCheck: WallTime
    /// Counted up by every change in the store: whoever writes must have read the newest.
    public var revision: Int64

    public init(
        id: UUIDv7, tenant: UUIDv7, name: Domain, status: Status, dkim: [DKIMKey], createdAt: WallTime,
        isVouched: Bool = false, verifiedAt: WallTime? = nil, failingSince: WallTime? = nil,
        checkedAt: WallTime? = nil, score: Int? = nil, nextCheck: WallTime? = nil, revision: Int64 = 0
    ) {
        self.id = id
        self.tenant = tenant
        self.name = name
        self.status = status
        self.dkim = dkim
        self.createdAt = createdAt
        self.isVouched = isVouched
        self.verifiedAt = verifiedAt
        self.failingSince = failingSince
        self.checkedAt = checkedAt
        self.score = score
        self.nextCheck = nextCheck ?? createdAt
        self.revision = revision
    }
}

/// One DKIM key pair and the selector it is published under (RFC 6376 §3.1).
public struct DKIMKey: Hashable, Sendable {
    public enum Algorithm: String, Hashable, Sendable {
        case rsaSHA256 = "rsa-sha256"
        case ed25519SHA256 = "ed25519-sha256"
    }

    /// The life of a key. A domain's first keys begin as `active`, those of a rotation as `publishedPending`.
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// To be published; signs nothing before its record is seen in the DNS. Next: `active`, or it is dropped.
        case publishedPending = "published_pending"
        /// Signs. Next: `retiring`, when a newer key of the algorithm has become active.
        case active
        /// Signs no more, and its record stays for the signatures that are under way (RFC 6376 §3.6.1). Next:
        /// `retired`.
        case retiring
        /// Its record may be removed. The end.
        case retired
    }

    public var selector: String
    public var algorithm: Algorithm
    /// PKCS#8, DER.
    public var privateKey: [UInt8]
    /// What `p=` publishes: SubjectPublicKeyInfo for RSA (RFC 6376 §3.6.1), the bare 32 bytes for Ed25519 (RFC 8463 §4).
    public var publicKey: [UInt8]
    public var state: State
    /// `nil`: not known.
    public var createdAt: WallTime?
    /// When it began to sign; `nil` while it has not.
    public var activatedAt: WallTime?
    /// From when on its record may be removed; `nil` before it is retiring.
    public var removableAt: WallTime?

    public init(
        selector: String, algorithm: Algorithm, privateKey: [UInt8], publicKey: [UInt8], state: State = .active,
        createdAt: WallTime? = nil, activatedAt: WallTime? = nil, removableAt: WallTime? = nil
    ) {
        self.selector = selector
        self.algorithm = algorithm
        self.privateKey = privateKey
        self.publicKey = publicKey
        self.state = state
        self.createdAt = createdAt
        self.activatedAt = activatedAt
        self.removableAt = removableAt
    }
}
