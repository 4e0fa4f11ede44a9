import Mail

/// The times found for the deliveries of one batch: what failed for the same reason comes back at one time, so that it
/// can share a transaction again.
struct BatchRetries {
    var reply: Reply?
    var kind = RetryClass.other
    var hint: Duration?
    var times: [(kind: RetryClass, hint: Duration?, time: UInt64)] = []
}

extension Scheduler {
    /// When a delivery that failed once more is tried again: never after the end of its life, at which it expires.
    mutating func retryTime(
        of delivery: UInt32, _ kind: RetryClass, hint: Duration? = nil, now: MonotonicInstant
    ) -> UInt64 {
        let message = deliveries[delivery].message
        let delay = options.retryPlan.delay(
            after: Int(deliveries[delivery].attempts) + 1, kind, in: stream(of: message), hint: hint,
            using: &generator)
        return min(clock.deadline(now + delay), messages[message].expiry)
    }

    /// The same for one delivery of a batch. Recipients that got the same reply cost one look at it.
    mutating func retryTime(
        of delivery: UInt32, _ reason: DeferralReason, _ outcome: Outcome, now: MonotonicInstant,
        _ batch: inout BatchRetries
    ) -> UInt64 {
        if reason == .remoteReply, let reply = outcome.reply {
            if batch.reply != reply {
                let verdict = options.bounceRules.verdict(on: reply, host: outcome.host?.name ?? "")
                batch.kind = RetryClass(reason, verdict.category)
                batch.hint = RetryHint.parse(reply.text.utf8Span.span)
                batch.reply = reply
            }
        } else {
            (batch.kind, batch.hint, batch.reply) = (RetryClass(reason), nil, nil)
        }
        for known in batch.times where known.kind == batch.kind && known.hint == batch.hint { return known.time }
        let time = retryTime(of: delivery, batch.kind, hint: batch.hint, now: now)
        batch.times.append((batch.kind, batch.hint, time))
        return time
    }
}
