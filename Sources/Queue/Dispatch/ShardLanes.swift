import Logging
import Mail

extension Shard {
    func openLanes(now: MonotonicInstant) {
        while let batch = scheduler.assign(now: now) { launch(batch) }
    }

    /// Runs a lane, from its first batch until the scheduler has no more for it.
    private func launch(_ first: Batch) {
        spawn { await $0.run(first) }
    }

    private func run(_ first: Batch) async {
        var current: Batch? = first
        var carried = 0
        while let batch = current {
            let place = watch.lanes.begin(batch, at: time.now)
            await carry(batch)
            if let late = watch.lanes.end(place) { cameBack(late) }
            carried += 1
            if !tools.spool.isHealthy { pauseForJournal() }
            let now = time.now
            current = scheduler.next(on: batch.lane, of: batch.site, carried: carried, now: now)
            // A site that has just proved reachable may have earned another lane.
            openLanes(now: now)
        }
        // A lane less may be a lane more for another site.
        work()
        quietPerhaps()
    }

    private func carry(_ batch: Batch) async {
        let facts = scheduler.facts(of: batch.message)
        guard let carrier = carriers[Int(batch.site)] else {
            preconditionFailure("a site without a transport")
        }
        var held = scheduler.bodies[scheduler.messages[batch.message].body]
        if held == nil { held = await load(batch, facts) }
        guard let body = held else { return }
        let (recipients, destination) = scheduler.contents(of: batch)
        guard let envelope = Self.envelope(body.facts.envelope, for: recipients) else {
            tools.logger.error("message \(facts.id): the journal's envelope has fewer recipients than the queue")
            fail(batch, .contentUnavailable)
            return
        }
        var signatures: [UInt8] = []
        if let signer = tools.signer {
            do {
                signatures = try await body.signatures(by: signer, at: time.wall)
            } catch .malformedContent {
                // It can never be signed, and the client has our word that it will be carried: it goes as it is.
                tools.logger.notice("message \(facts.id) goes unsigned: its header section is malformed")
            } catch {
                tools.logger.error("message \(facts.id) cannot be signed: \(error)")
                settle(
                    batch, facts, body, recipients,
                    [Outcome](repeating: Outcome(.deferred(.contentUnavailable)), count: batch.count))
                return
            }
        }
        let source = scheduler.source(of: batch)
        if batch.source != .none, source == nil {
            // A reload has taken it away meanwhile; without one the mail would leave from the transport's own address.
            fail(batch, .shuttingDown)
            return
        }
        let outcomes = await carrier.transport.carry(
            DeliveryBatch(
                message: facts.id, envelope: envelope, recipientIndexes: recipients,
                content: Self.pieces(signatures, body.content), destination: destination, attempt: batch.attempt,
                isTest: facts.isTest, connections: connectionTerms(of: batch), source: source),
            on: Lane(site: carrier.site, shard: index, number: batch.lane))
        settle(batch, facts, body, recipients, Self.fit(outcomes, to: batch.count))
    }

    /// From the journal, because memory was needed for others. `nil`: it cannot be had, and the batch is put back.
    private func load(_ batch: Batch, _ facts: MessageFacts) async -> QueuedBody? {
        do {
            let body = QueuedBody(try await tools.spool.load(facts.number))
            // The message cannot have gone meanwhile: this batch holds it.
            scheduler.keep(body, of: batch.message)
            return body
        } catch {
            tools.logger.error("message \(facts.id) cannot be read from the journal: \(error)")
            fail(batch, .contentUnavailable)
            return nil
        }
    }

    /// Puts a batch back without a record: nothing was tried, and the envelope, which a record names, is not at hand.
    private func fail(_ batch: Batch, _ reason: DeferralReason) {
        _ = scheduler.finish(
            batch, [Outcome](repeating: Outcome(.deferred(reason)), count: batch.count), now: time.now)
        tools.metrics.count(Outcome(.deferred(reason)), deliveries: batch.count)
    }

    /// The outcomes go to the journal before anything else waits, so that what the remote host has taken is on disk
    /// within milliseconds.
    private func settle(
        _ batch: Batch, _ facts: MessageFacts, _ body: QueuedBody, _ recipients: [UInt32], _ outcomes: [Outcome]
    ) {
        let now = time.now
        let wall = time.wall
        let verbs = removals(of: batch)
        let dispositions = scheduler.finish(batch, outcomes, now: now, wall: wall)
        shareDirectives()
        var notes: [JournalNote] = []
        notes.reserveCapacity(outcomes.count)
        var failed: [FailedRecipient] = []
        var relayed: [ReportedRecipient] = []
        for place in outcomes.indices {
            var outcome = outcomes[place]
            // A rule's word, with the reply that the host gave.
            switch dispositions[place] {
            case .givenUp: outcome.verdict = .bounced(.policy)
            case .retry where outcome.verdict == .bounced(.remoteReply): outcome.verdict = .deferred(.remoteReply)
            case .finished, .retry, .cancelled: break
            }
            let recipient = recipients[place]
            tools.metrics.count(outcome, acceptedAt: facts.id.time, now: wall)
            var attempt = Attempt(
                recipient: recipient, mailbox: body.facts.envelope.recipients[Int(recipient)].mailbox,
                number: batch.attempt, outcome: outcome)
            switch dispositions[place] {
            case .finished, .givenUp:
                let failure = FailedRecipient(recipient: recipient, outcome: outcome, number: batch.attempt)
                if Notifier.wantsNotice(of: failure, facts: body.facts) {
                    failed.append(failure)
                    continue
                }
                if Notifier.wantsRelayNotice(of: outcome, to: recipient, facts: body.facts) { relayed.append(failure) }
            case .retry(let instant):
                if outcome.verdict == .deferred(.shuttingDown) { continue }
                attempt.nextAttempt = wall + (instant - now)
            case .cancelled:
                let removed = Removed(
                    id: facts.id, number: facts.number, tenant: facts.tenant, recipients: [recipient])
                let domain = attempt.mailbox.domain
                let verb = verbs.last { ($0.selector.destination ?? domain) == domain }
                notes.append(
                    verb?.note(removed, wall)
                        ?? .cancelled(
                            message: facts.id, number: facts.number, tenant: facts.tenant, at: wall,
                            recipients: [recipient]))
                continue
            }
            notes.append(
                .attempted(message: facts.id, number: facts.number, tenant: facts.tenant, at: wall, attempt))
        }
        if !notes.isEmpty { tools.spool.note(notes) }
        if !failed.isEmpty { report(failed, of: facts, body) }
        if !relayed.isEmpty { confirm(relayed, of: facts, body) }
    }

    private static func envelope(_ whole: Envelope, for recipients: [UInt32]) -> Envelope? {
        if recipients.count == 1, recipients[0] == 0, whole.recipients.count == 1 { return whole }
        var envelope = whole
        envelope.recipients = []
        envelope.recipients.reserveCapacity(recipients.count)
        for recipient in recipients {
            guard Int(recipient) < whole.recipients.count else { return nil }
            envelope.recipients.append(whole.recipients[Int(recipient)])
        }
        return envelope
    }

    private static func pieces(_ signatures: [UInt8], _ content: Content) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        pieces.reserveCapacity(3)
        if !signatures.isEmpty { pieces.append(signatures) }
        if !content.added.isEmpty { pieces.append(content.added) }
        pieces.append(content.original)
        return pieces
    }

    /// A transport that forgets a recipient has not delivered to it.
    private static func fit(_ outcomes: [Outcome], to count: Int) -> [Outcome] {
        if outcomes.count == count { return outcomes }
        let missing = [Outcome](
            repeating: Outcome(.deferred(.protocolViolation)), count: max(0, count - outcomes.count))
        return Array(outcomes.prefix(count)) + missing
    }
}
