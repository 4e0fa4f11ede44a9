import Logging
package import Mail
package import Storage

/// Sending, and what became of what was sent.
package struct MessageService: Sendable {
    let intake: any Intake
    private let signer: any Signer
    let store: any MessageStore
    let progress: any ProjectionProgress
    private let domains: DomainDirectory
    let time: any TimeSource
    let options: SendOptions

    package init(
        intake: any Intake, signer: any Signer, store: any MessageStore, progress: any ProjectionProgress,
        domains: DomainDirectory, time: any TimeSource, options: SendOptions = SendOptions()
    ) {
        self.intake = intake
        self.signer = signer
        self.store = store
        self.progress = progress
        self.domains = domains
        self.time = time
        self.options = options
    }

    /// Returns when the message would survive a power cut.
    package func send(_ request: SendRequest, by caller: Caller) async throws(ServiceFailure) -> AcceptedSend {
        try caller.require(.messagesSend)
        if let identity = request.identity, identity.mayExist, let sent = try await earlier(identity.id, by: caller) {
            return sent
        }
        let draft = try await compose(request, by: caller)
        let receipt: Receipt
        do { receipt = try await intake.accept(draft.submission) } catch { throw ServiceFailure(error) }
        return AcceptedSend(
            id: receipt.id, messageID: receipt.messageID, from: draft.from.description,
            to: draft.to.map(\.description), subject: draft.subject, status: draft.status,
            tags: draft.submission.tags, metadata: draft.submission.metadata, createdAt: receipt.acceptedAt,
            scheduledAt: draft.submission.notBefore)
    }

    /// Everything `send` does but the sending.
    package func dryRun(_ request: SendRequest, by caller: Caller) async throws(ServiceFailure) -> DryRun {
        try caller.require(.messagesSend)
        let draft = try await compose(request, by: caller)
        let signatures: [UInt8]
        do {
            signatures = try await signer.signatures(
                for: draft.submission.content, author: draft.from.domain, at: time.wall)
        } catch {
            switch error {
            case .badKey(let selector):
                throw ServiceFailure(.internalError, "The DKIM key \(selector) cannot be used.")
            case .malformedContent:
                throw ServiceFailure(.invalidParameter, "The message cannot be signed: its header is malformed.")
            }
        }
        return DryRun(
            id: draft.id, messageID: draft.messageID, signatures: signatures,
            content: draft.submission.content.added + draft.submission.content.original,
            envelope: draft.submission.envelope, status: draft.status)
    }

    /// Sees everything that was durable when it was asked.
    package func message(_ id: UUIDv7, by caller: Caller) async throws(ServiceFailure) -> MessageView {
        try caller.require(.messagesRead)
        await progress.catchUp()
        let found: MessageView?
        do { found = try await store.message(id, of: caller.tenant) } catch {
            throw ServiceFailure(storage: error, doing: "message lookup")
        }
        guard let found else { throw .notFound("message") }
        return found
    }

    /// Newest first.
    package func list(_ filter: MessageFilter, by caller: Caller) async throws(ServiceFailure) -> MessagePage {
        try caller.require(.messagesRead)
        await progress.catchUp()
        do { return try await store.messages(of: caller.tenant, matching: filter) } catch {
            throw ServiceFailure(storage: error, doing: "message list")
        }
    }

    /// In journal order. `notFound` when the tenant has no such message.
    package func events(of id: UUIDv7, by caller: Caller) async throws(ServiceFailure) -> [EventView] {
        _ = try await message(id, by: caller)
        do { return try await store.events(of: id, tenant: caller.tenant) } catch {
            throw ServiceFailure(storage: error, doing: "event list")
        }
    }

    /// What is still waiting, by destination: for operators.
    package func queueSummary(by caller: Caller) async throws(ServiceFailure) -> [QueueSummaryRow] {
        try caller.require(.operate)
        await progress.catchUp()
        do { return try await store.queueSummary() } catch {
            throw ServiceFailure(storage: error, doing: "queue summary")
        }
    }

    /// What a run left behind that died before it could answer.
    private func earlier(_ id: UUIDv7, by caller: Caller) async throws(ServiceFailure) -> AcceptedSend? {
        await progress.catchUp()
        guard let found = try await kept(id, by: caller) else { return nil }
        return AcceptedSend(
            id: found.id, messageID: found.messageID, from: found.from, to: found.to, subject: found.subject,
            status: found.scheduledAt == nil ? .queued : .scheduled, tags: found.tags, metadata: found.metadata,
            createdAt: found.createdAt, scheduledAt: found.scheduledAt)
    }

    /// As far as the projection has come.
    func kept(_ id: UUIDv7, by caller: Caller) async throws(ServiceFailure) -> MessageView? {
        do { return try await store.message(id, of: caller.tenant) } catch {
            throw ServiceFailure(storage: error, doing: "message lookup")
        }
    }

    private func compose(_ request: SendRequest, by caller: Caller) async throws(ServiceFailure) -> ComposedSend {
        let now = time.wall
        var check = SendCheck(request, options: options, now: now)
        check.run()
        var senders = senders(of: caller)
        return try await compose(check, id: request.identity?.id ?? UUIDv7(at: now), senders: &senders)
    }

    func senders(of caller: Caller) -> KnownSenders {
        KnownSenders(check: SenderCheck(domains: domains, options: options), caller: caller)
    }

    /// - Parameter check: has run, and knows everything that is wrong but whether the sender may send.
    func compose(
        _ check: SendCheck, id: UUIDv7, senders: inout KnownSenders
    ) async throws(ServiceFailure) -> ComposedSend {
        var check = check
        if let domain = check.from?.mailbox.domain, let problem = try await senders.problem(domain) {
            check.report(.domainNotVerified, "from", check.request.from ?? "", problem)
        }
        guard check.details.isEmpty, let from = check.from else { throw ServiceFailure(details: check.details) }
        return try ComposedSend(check, from: from, id: id, by: senders.caller)
    }
}
