/// A user name and password for SMTP AUTH. The password is shown once; only a salted digest is kept.
public struct SMTPCredential: Hashable, Sendable {
    public var id: UUIDv7
    public var tenant: UUIDv7
    public var name: String
    /// Unique on the machine.
    public var user: String
    public var salt: [UInt8]
    /// SHA-256 of salt and password. The passwords are 128-bit random strings of ours, so no slow hash is needed.
    public var digest: [UInt8]
    /// When set, it sends from this domain only.
    public var domain: Domain?
    public var isTest: Bool
    public var createdAt: WallTime

    public init(
        id: UUIDv7, tenant: UUIDv7, name: String, user: String, salt: [UInt8], digest: [UInt8], domain: Domain?,
        isTest: Bool, createdAt: WallTime
    ) {
        self.id = id
        self.tenant = tenant
        self.name = name
        self.user = user
        self.salt = salt
        self.digest = digest
        self.domain = domain
        self.isTest = isTest
        self.createdAt = createdAt
    }
}
