import Mail

/// When the senders of messages that are still here hear of it: one timer for each message, wherever its deliveries
/// wait (for a site that is held or backed off, for a limit, for tomorrow's cap), so that a delay is told on time also
/// where no attempt is made.
///
/// **What a restart knows.** Nothing is written down for it. A notice whose time lies before the last record of the
/// journal was sent by the process that wrote that record: its timers had fired by then. One whose time lies between
/// that record and the restart was not, so it is sent at once (`MessageFacts.isDelayNoticeDue`).
struct DelayTimers {
    /// Time after acceptance; `nil`: nobody is told, and nothing is kept.
    var after: Duration?
    /// The notices of the last portion are still being written: the rest waits.
    var isTelling = false
    fileprivate var timers = TimerWheel()

    /// When `takeDelayed` has something to do.
    var nextTime: UInt64? { isTelling || timers.count == 0 ? nil : timers.nextTime }

    mutating func cancel(_ message: UInt32) {
        if timers.count > 0 { timers.cancel(message) }
    }
}

/// A message that is in the queue for longer than its sender would expect.
struct LateMessage: Sendable {
    struct Delivery: Sendable {
        var recipient: UInt32
        var attempts: Int
        /// Why the last attempt failed; `nil` before the first.
        var reason: DeferralReason?
    }

    var message: MessageFacts
    var body: QueuedBody?
    var deliveries: [Delivery]
}

extension Scheduler {
    /// For a message that is new in this shard. What is later than its time already was told of where it came from.
    mutating func watchDelay(of message: UInt32, _ parcel: Parcel, tick: UInt64) {
        guard let after = delays.after else { return }
        if parcel.message.isDelayNoticeDue {
            delays.timers.set(message, at: tick)
            return
        }
        if let body = parcel.body, !Notifier.mayTellDelay(body.facts) { return }
        // The life of a message begins when it was accepted, or at the time it was scheduled for.
        let due = clock.deadline(parcel.message.expiry + (after - options.lifetime))
        if due > tick { delays.timers.set(message, at: due) }
    }

    /// Messages whose senders should hear of the delay now, `limit` at most; the others a second later. Each comes once.
    mutating func takeDelayed(limit: Int, now: MonotonicInstant) -> [LateMessage] {
        guard !delays.isTelling, delays.timers.count > 0 else { return [] }
        let tick = clock.elapsed(now)
        var fired: [UInt32] = []
        delays.timers.advance(to: tick, fired: &fired)
        var late: [LateMessage] = []
        for message in fired {
            guard late.count < limit else {
                delays.timers.set(message, at: tick + 1_000)
                continue
            }
            var entry = LateMessage(
                message: facts(of: message), body: bodies[messages[message].body], deliveries: [])
            var delivery = messages[message].firstDelivery
            while delivery != .none {
                let waiting = deliveries[delivery]
                entry.deliveries.append(
                    LateMessage.Delivery(
                        recipient: waiting.recipient, attempts: Int(waiting.attempts),
                        reason: DeferralReason(rawValue: waiting.lastReason)))
                delivery = waiting.nextSibling
            }
            entry.deliveries.sort { $0.recipient < $1.recipient }
            late.append(entry)
        }
        return late
    }
}
