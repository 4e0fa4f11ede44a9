package import Mail
package import Service

/// Everything the routes call. Wired by the executable; tests wire fakes.
package struct ControlServices: Sendable {
    package var messages: MessageService
    package var domains: DomainService
    package var credentials: CredentialService
    package var keys: KeyService
    package var idempotency: Idempotency
    /// What operators do; `nil`: this engine has no queue of its own, and the routes answer 503.
    package var queue: QueueService?
    /// What test keys have sent.
    package var captured: any Inbox
    /// What the receiving server of `martlet dev` has taken; `nil` in production, where `/dev` does not exist.
    package var devInbox: (any Inbox)?
    /// Why the engine should get no new work now; empty when it is ready.
    package var complaints: @Sendable () -> [String]

    package init(
        messages: MessageService, domains: DomainService, credentials: CredentialService, keys: KeyService,
        idempotency: Idempotency, queue: QueueService? = nil, captured: any Inbox, devInbox: (any Inbox)?,
        complaints: @escaping @Sendable () -> [String]
    ) {
        self.messages = messages
        self.domains = domains
        self.credentials = credentials
        self.keys = keys
        self.idempotency = idempotency
        self.queue = queue
        self.captured = captured
        self.devInbox = devInbox
        self.complaints = complaints
    }
}
