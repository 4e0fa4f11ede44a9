/// An API key as it is stored: the secret itself is shown once and only its SHA-256 is kept.
public struct APIKey: Hashable, Sendable {
    public enum Mode: String, Hashable, Sendable {
        case live
        /// Everything sent with it goes to the capture inbox.
        case test
    }

    public var id: UUIDv7
    public var tenant: UUIDv7
    public var name: String
    public var mode: Mode
    public var scopes: Set<Scope>
    /// SHA-256 of the whole key text.
    public var digest: [UInt8]
    /// The first characters, enough to recognise the key in a list: `mt_live_ab12`.
    public var hint: String
    /// When set, the key sends from this domain only.
    public var domain: Domain?
    public var createdAt: WallTime

    public init(
        id: UUIDv7, tenant: UUIDv7, name: String, mode: Mode, scopes: Set<Scope>, digest: [UInt8], hint: String,
        domain: Domain?, createdAt: WallTime
    ) {
        self.id = id
        self.tenant = tenant
        self.name = name
        self.mode = mode
        self.scopes = scopes
        self.digest = digest
        self.hint = hint
        self.domain = domain
        self.createdAt = createdAt
    }
}

/// What a key may do. The raw value is what the API shows.
public enum Scope: String, Hashable, Sendable, CaseIterable {
    case messagesSend = "messages:send"
    case messagesRead = "messages:read"
    case domainsRead = "domains:read"
    case domainsManage = "domains:manage"
    case credentialsManage = "credentials:manage"
    case keysManage = "keys:manage"
    /// The operator of the machine: queue, sources, tenants.
    case operate = "operate"
}
