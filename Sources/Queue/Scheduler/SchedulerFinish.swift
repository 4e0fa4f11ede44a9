import Mail

extension Scheduler {
    /// Takes the outcomes of a batch, one per delivery in order, and says what becomes of each. The lane stays open:
    /// `next` is called for it afterwards.
    mutating func finish(_ batch: Batch, _ outcomes: [Outcome], now: MonotonicInstant) -> [Disposition] {
        precondition(outcomes.count == batch.count, "one outcome per delivery")
        let tick = clock.elapsed(now)
        judge(batch, outcomes, tick: tick)
        sites[batch.site].carried -= batch.count
        counts.carried -= batch.count
        var retries = BatchRetries()
        var dispositions: [Disposition] = []
        dispositions.reserveCapacity(batch.count)
        var delivery = batch.first
        for outcome in outcomes {
            let next = deliveries[delivery].next
            deliveries[delivery].previous = .none
            deliveries[delivery].next = .none
            switch outcome.verdict {
            case .delivered, .bounced:
                forget(delivery)
                dispositions.append(.finished)
            case .deferred(let reason):
                if messages[deliveries[delivery].message].isCancelled {
                    forget(delivery)
                    dispositions.append(.cancelled)
                } else if reason == .shuttingDown {
                    // Nobody tried: it does not count.
                    let soon = tick + 1_000
                    wait(delivery, until: soon)
                    dispositions.append(.retry(at: clock.instant(soon)))
                } else {
                    let time = retryTime(of: delivery, reason, outcome, now: now, &retries)
                    postpone(delivery, until: time, reason: reason)
                    dispositions.append(.retry(at: clock.instant(time)))
                }
            }
            delivery = next
        }
        return dispositions
    }

    /// A failed attempt: counts it and waits.
    mutating func postpone(_ delivery: UInt32, until time: UInt64, reason: DeferralReason) {
        if deliveries[delivery].attempts < .max { deliveries[delivery].attempts += 1 }
        deliveries[delivery].lastReason = reason.rawValue
        wait(delivery, until: time)
    }

    private mutating func wait(_ delivery: UInt32, until time: UInt64) {
        deliveries[delivery].state = .waiting
        deliveries[delivery].flow = .none
        deliveries[delivery].previous = .none
        deliveries[delivery].next = .none
        counts.waiting += 1
        let message = deliveries[delivery].message
        timers.set(delivery, at: min(time, messages[message].expiry))
        bodies.rest(messages[message].body)
    }

    /// Takes a delivery out of whatever it waits in, and out of memory. Not for one that is under way.
    mutating func remove(_ delivery: UInt32) {
        let entry = deliveries[delivery]
        switch entry.state {
        case .carried:
            preconditionFailure("removing a delivery that is under way")
        case .waiting:
            counts.waiting -= 1
        case .ready:
            if entry.previous == .none {
                flows[entry.flow].head = entry.next
            } else {
                deliveries[entry.previous].next = entry.next
            }
            if entry.next == .none {
                flows[entry.flow].tail = entry.previous
            } else {
                deliveries[entry.next].previous = entry.previous
            }
            flows[entry.flow].count -= 1
            sites[flows[entry.flow].key.site].ready -= 1
            counts.ready -= 1
        case .unrouted:
            if entry.previous == .none {
                destinations[entry.destination].head = entry.next
            } else {
                deliveries[entry.previous].next = entry.next
            }
            if entry.next == .none {
                destinations[entry.destination].tail = entry.previous
            } else {
                deliveries[entry.next].previous = entry.previous
            }
            destinations[entry.destination].unrouted -= 1
            counts.unrouted -= 1
        }
        timers.cancel(delivery)
        forget(delivery)
    }

    /// The end of a delivery that is in no list, and of its message with the last one.
    private mutating func forget(_ delivery: UInt32) {
        let entry = deliveries[delivery]
        if entry.previousSibling == .none {
            messages[entry.message].firstDelivery = entry.nextSibling
        } else {
            deliveries[entry.previousSibling].nextSibling = entry.nextSibling
        }
        if entry.nextSibling != .none {
            deliveries[entry.nextSibling].previousSibling = entry.previousSibling
        }
        deliveries.release(delivery)
        destinations[entry.destination].references -= 1
        forgetDestination(ifUnused: entry.destination)
        messages[entry.message].pending -= 1
        if messages[entry.message].pending == 0 {
            bodies.remove(messages[entry.message].body)
            messages[entry.message].body = .none
            identities.remove(messages[entry.message].id) { messages[$0].id }
            messages.release(entry.message)
        }
    }
}
