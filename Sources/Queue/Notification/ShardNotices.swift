import Logging
import Mail
import Metrics

/// Notices of what is no failure: that a delivery takes longer, and that a host has taken it which will not confirm it.
/// Nothing waits for them, and a crash may lose one, but a restart repeats none.
extension Shard {
    /// Messages of which senders are told in one go.
    private static let portion = 1_000

    /// Tells of the messages whose time for it has come. The next portion follows when this one is in the queue.
    func tellDelays(now: MonotonicInstant) {
        let late = scheduler.takeDelayed(limit: Self.portion, now: now)
        guard !late.isEmpty else { return }
        scheduler.delays.isTelling = true
        notices += 1
        spawn { shard in
            for message in late { await shard.tell(message) }
            shard.scheduler.delays.isTelling = false
            shard.notices -= 1
            shard.work()
            shard.quietPerhaps()
        }
    }

    private func tell(_ late: LateMessage) async {
        let facts = late.message
        var body = late.body
        if body == nil {
            do {
                body = QueuedBody(try await tools.spool.load(facts.number))
            } catch {
                tools.logger.error("message \(facts.id) cannot be read from the journal: \(error)")
            }
        }
        guard let body else { return }
        let recipients = late.deliveries.compactMap { delivery in
            Notifier.wantsDelayNotice(of: delivery.recipient, facts: body.facts)
                ? ReportedRecipient(
                    recipient: delivery.recipient, outcome: Outcome(.deferred(delivery.reason ?? .shuttingDown)),
                    number: delivery.attempts)
                : nil
        }
        guard !recipients.isEmpty else { return }
        await send(.delayed(until: time.wall + (facts.expiry - time.now)), of: recipients, facts, body)
    }

    /// Tells that these were handed on (RFC 3461 §5.2.2).
    func confirm(_ relayed: [ReportedRecipient], of facts: MessageFacts, _ body: QueuedBody) {
        notices += 1
        spawn { shard in
            await shard.send(.relayed, of: relayed, facts, body)
            shard.notices -= 1
            shard.quietPerhaps()
        }
    }

    private func send(
        _ action: ReportAction, of recipients: [ReportedRecipient], _ facts: MessageFacts, _ body: QueuedBody
    ) async {
        let options = tools.options
        let submission = Notifier(hostname: options.hostname, options: options.notification)
            .notice(action, of: recipients, message: facts, body: body, at: time.wall)
        if await submit(submission, action, about: facts.id) { NoticeMetrics.count(action) }
    }

    private static let longestNoticeWait = Duration.seconds(640)

    /// Puts a notice into the queue, as often as that takes and as makes sense.
    func submit(_ submission: Submission, _ action: ReportAction, about message: UUIDv7) async -> Bool {
        var wait = tools.options.notification.retry
        var tries = max(1, tools.options.notification.tries)
        while tries > 0 {
            do {
                _ = try await tools.notices.accept(submission)
                return true
            } catch {
                switch error {
                case .tooLarge, .mailLoop, .shuttingDown:
                    tools.logger.error("notice (\(action.word)) for message \(message) refused: \(error)")
                    return false
                case .storageUnavailable, .diskLow, .overloaded:
                    tools.logger.warning(
                        "notice (\(action.word)) for message \(message) refused: \(error); trying again")
                    // However long the disk stays full: the sender has our word.
                    if error != .storageUnavailable { tries -= 1 }
                }
            }
            do { try await time.sleep(for: wait) } catch { return false }
            wait = min(wait * 2, Self.longestNoticeWait)
        }
        tools.logger.error("notice (\(action.word)) for message \(message) given up")
        return false
    }
}

/// Failures have a counter of their own, `martlet_failure_notices_total`.
private enum NoticeMetrics {
    private static let delayed = Counter(label: "martlet_notices_total", dimensions: [("action", "delayed")])
    private static let relayed = Counter(label: "martlet_notices_total", dimensions: [("action", "relayed")])

    static func count(_ action: ReportAction) {
        switch action {
        case .failed: break
        case .delayed: delayed.increment()
        case .relayed: relayed.increment()
        }
    }
}
