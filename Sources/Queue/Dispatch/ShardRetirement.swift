import Logging
import Mail

/// Deliveries that expired, or have no route: nothing was carried, but the journal and the sender must hear of it, and
/// both want the envelope, which may have to be read from disk first. So they wait here for one task that writes them.
struct Retirement: Sendable {
    var leaving: Leaving
    var outcome: Outcome
    /// `nil`: they have left the queue.
    var retryAt: MonotonicInstant?
}

struct Retirements {
    var items: [Retirement] = []
    var isUnderWay = false

    var isIdle: Bool { items.isEmpty && !isUnderWay }
}

extension Shard {
    func retire(_ leaving: [Leaving], as outcome: Outcome) {
        for leaving in leaving {
            retirements.items.append(Retirement(leaving: leaving, outcome: outcome, retryAt: nil))
        }
        writeRetirements()
    }

    func writeRetirements() {
        guard !retirements.isUnderWay, !retirements.items.isEmpty else { return }
        retirements.isUnderWay = true
        spawn { shard in
            while !shard.retirements.items.isEmpty {
                var items: [Retirement] = []
                swap(&items, &shard.retirements.items)
                for item in items { await shard.write(item) }
            }
            shard.retirements.isUnderWay = false
            shard.quietPerhaps()
        }
    }

    private func write(_ retirement: Retirement) async {
        let leaving = retirement.leaving
        let facts = leaving.message
        var body = leaving.body
        if body == nil {
            do {
                body = QueuedBody(try await tools.spool.load(facts.number))
            } catch {
                tools.logger.error("message \(facts.id) cannot be read from the journal: \(error)")
            }
        }
        let now = time.now
        let wall = time.wall
        var notes: [JournalNote] = []
        var failed: [FailedRecipient] = []
        for delivery in leaving.deliveries {
            tools.metrics.count(retirement.outcome, acceptedAt: facts.id.time, now: wall)
            // Expiry is not an attempt of its own; a missing route is.
            let number = retirement.outcome.verdict == .bounced(.expired) ? delivery.attempts : delivery.attempts + 1
            let failure = FailedRecipient(recipient: delivery.recipient, outcome: retirement.outcome, number: number)
            if let body, Notifier.wantsNotice(of: failure, facts: body.facts) {
                failed.append(failure)
                continue
            }
            let attempt = Attempt(
                recipient: delivery.recipient, mailbox: mailbox(of: delivery, body), number: number,
                outcome: retirement.outcome, nextAttempt: retirement.retryAt.map { wall + ($0 - now) })
            notes.append(
                .attempted(message: facts.id, number: facts.number, tenant: facts.tenant, at: wall, attempt))
        }
        if !notes.isEmpty { tools.spool.note(notes) }
        if !failed.isEmpty, let body { report(failed, of: facts, body) }
    }

    /// Without the envelope only the domain is known, which is enough for the record to finish the delivery.
    private func mailbox(of delivery: LeavingDelivery, _ body: QueuedBody?) -> Mailbox {
        if let recipients = body?.facts.envelope.recipients, Int(delivery.recipient) < recipients.count {
            return recipients[Int(delivery.recipient)].mailbox
        }
        return Mailbox(localPart: "", domain: delivery.destination)
    }

    /// Sends the failure notice, then writes the failures. In this order, because the other would lose the notice in a
    /// crash between; this one at worst repeats the attempt and the notice.
    func report(_ failed: [FailedRecipient], of facts: MessageFacts, _ body: QueuedBody) {
        notices += 1
        spawn { shard in
            let options = shard.tools.options
            let submission = Notifier(hostname: options.hostname, options: options.notification)
                .notice(of: failed, message: facts, body: body, at: shard.time.wall)
            if await shard.submit(submission, .failed, about: facts.id) { shard.tools.metrics.noticeSent() }
            let wall = shard.time.wall
            shard.tools.spool.note(
                failed.map { failure in
                    .attempted(
                        message: facts.id, number: facts.number, tenant: facts.tenant, at: wall,
                        Attempt(
                            recipient: failure.recipient,
                            mailbox: body.facts.envelope.recipients[Int(failure.recipient)].mailbox,
                            number: failure.number, outcome: failure.outcome))
                })
            shard.notices -= 1
            shard.quietPerhaps()
        }
    }
}
