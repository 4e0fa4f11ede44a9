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

    public init(id: UUIDv7, tenant: UUIDv7, name: Domain, status: Status, dkim: [DKIMKey], createdAt: WallTime) {
        self.id = id
        self.tenant = tenant
        self.name = name
        self.status = status
        self.dkim = dkim
        self.createdAt = createdAt
    }
}

/// One DKIM key pair and the selector it is published under (RFC 6376 §3.1).
public struct DKIMKey: Hashable, Sendable {
    public enum Algorithm: String, Hashable, Sendable {
        case rsaSHA256 = "rsa-sha256"
        case ed25519SHA256 = "ed25519-sha256"
    }

    public var selector: String
    public var algorithm: Algorithm
    /// PKCS#8, DER.
    public var privateKey: [UInt8]
    /// What `p=` publishes: SubjectPublicKeyInfo for RSA (RFC 6376 §3.6.1), the bare 32 bytes for Ed25519 (RFC 8463 §4).
    public var publicKey: [UInt8]

    public init(selector: String, algorithm: Algorithm, privateKey: [UInt8], publicKey: [UInt8]) {
        self.selector = selector
        self.algorithm = algorithm
        self.privateKey = privateKey
        self.publicKey = publicKey
    }
}
