package import Mail
import Queue
import Storage

extension QueueService {
    /// Why each delivery of the message is where it is. An operator may ask about anybody's message; others with
    /// `messages:read` about their own.
    /// - Throws: `notFound` also for another tenant's message.
    package func explain(_ id: UUIDv7, by caller: Caller) async throws(ServiceFailure) -> MessageExplanation {
        if !caller.scopes.contains(.operate) { try caller.require(.messagesRead) }
        // First the queue, then what the log says: a delivery that is not in the queue any more has its end in the log.
        let queued = await desk.explanations(of: id)
        let moment = Moment(time)
        await progress.catchUp()
        guard let message = try await message(id, for: caller) else {
            guard queued.isEmpty || !caller.scopes.contains(.operate) else {
                throw ServiceFailure(
                    .storageUnavailable, "The message is queued, and the tables do not have it yet.",
                    retryAfter: .seconds(1))
            }
            throw .notFound("message")
        }
        let byPlace = Dictionary(queued.map { (Int($0.recipient), $0) }) { first, _ in first }
        let words = WaitWords(moment: moment, isForOperator: caller.scopes.contains(.operate))
        return MessageExplanation(
            id: id, status: message.status, at: moment.wall,
            deliveries: message.deliveries.enumerated().map { place, delivery in
                byPlace[place].map { Self.waiting($0, delivery, words) } ?? Self.settled(delivery)
            })
    }

    /// The tables are asked by tenant. An operator's question goes round all tenants, each one look-up by key.
    private func message(_ id: UUIDv7, for caller: Caller) async throws(ServiceFailure) -> MessageView? {
        if let own = try await message(id, of: caller.tenant) { return own }
        guard caller.scopes.contains(.operate) else { return nil }
        for tenant in try await tenants.list() where tenant.id != caller.tenant {
            if let found = try await message(id, of: tenant.id) { return found }
        }
        return nil
    }

    private func message(_ id: UUIDv7, of tenant: UUIDv7) async throws(ServiceFailure) -> MessageView? {
        do { return try await store.message(id, of: tenant) } catch {
            throw ServiceFailure(storage: error, doing: "message lookup")
        }
    }

    private static func waiting(
        _ explanation: DeliveryExplanation, _ delivery: DeliveryView, _ words: WaitWords
    ) -> DeliveryReport {
        let wait = words.report(explanation.reason, earliest: explanation.earliest)
        let state: DeliveryReport.State =
            if wait.code == .underWay { .underWay } else if explanation.attempts > 0 { .deferred } else { .queued }
        let last = delivery.lastReply ?? explanation.lastReason?.words
        return DeliveryReport(
            recipient: delivery.recipient, destination: explanation.destination.text, site: explanation.site,
            pool: explanation.pool, state: state, wait: wait, detail: wait.detail, lastReply: last,
            attempts: explanation.attempts, expires: words.moment.wall(at: explanation.expiry))
    }

    /// What is not in the queue any more.
    private static func settled(_ delivery: DeliveryView) -> DeliveryReport {
        let place = delivery.recipient.utf8.lastIndex(of: UInt8(ascii: "@"))
        let destination = place.map { String(delivery.recipient[delivery.recipient.utf8.index(after: $0)...]) } ?? ""
        var report = DeliveryReport(
            recipient: delivery.recipient, destination: destination, state: .delivered, detail: "",
            lastReply: delivery.lastReply, attempts: delivery.attempts)
        let reply = delivery.lastReply.map { ": \($0)" } ?? "."
        switch delivery.status {
        case .delivered:
            report.detail = "Delivered\(reply)"
        case .bounced:
            report.state = .bounced
            report.detail = "Given up as failed\(reply)"
        case .cancelled:
            report.state = .cancelled
            report.detail = "Cancelled before it left."
        case .queued, .deferred:
            report.state = .underWay
            let wait = WaitReport(
                code: .underWay,
                detail: "An attempt has just ended; what came of it is being written down. Ask again in a moment.")
            report.wait = wait
            report.detail = wait.detail
        }
        return report
    }
}
