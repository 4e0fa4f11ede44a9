/// What the SMTP server asks before it takes mail. `Service` answers; the server knows nothing of tenants.
public protocol SubmissionPolicy: Sendable {
    /// Checks a user name and password in constant time. `nil`: refused.
    func authenticate(user: String, password: String, from client: IPAddress) async -> Principal?
    /// The principal for a client in a network that the configuration lists as trusted.
    var trusted: Principal { get }
    /// `nil` when the principal may send from this reverse-path, else the reply to give.
    func refusal(for principal: Principal, sender: Mailbox?) -> Reply?
    /// `nil` when the content's From may be used, else the reply to give. Asked at the end of the data.
    func refusal(for principal: Principal, author: Domain?) -> Reply?
}

/// Who is speaking, once that is settled.
public struct Principal: Hashable, Sendable {
    public var tenant: UUIDv7
    /// The AUTH user name; `nil` for a trusted network.
    public var user: String?
    public var stream: MailStream
    public var isTest: Bool
    /// The domains it may send from; `nil` is any.
    public var domains: Set<Domain>?

    public init(
        tenant: UUIDv7, user: String?, stream: MailStream = .transactional, isTest: Bool = false,
        domains: Set<Domain>? = nil
    ) {
        self.tenant = tenant
        self.user = user
        self.stream = stream
        self.isTest = isTest
        self.domains = domains
    }
}
