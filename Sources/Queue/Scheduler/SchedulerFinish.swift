import Mail

extension Scheduler {
    /// Takes the outcomes of a batch, one per delivery in order, and says what becomes of each. The lane stays open:
    /// `next` is called for it afterwards.
    ///
    /// - Parameter wall: for the ends of what shaping rules set; unused without such rules.
    mutating func finish(
        _ batch: Batch, _ outcomes: [Outcome], now: MonotonicInstant, wall: WallTime = WallTime(milliseconds: 0)
    ) -> [Disposition] {
        precondition(outcomes.count == batch.count, "one outcome per delivery")
        let tick = clock.observe(now)
        judge(batch, outcomes, tick: tick)
        settle(batch, outcomes, now: now, tick: tick)
        watchSource(of: batch, outcomes, now: now, wall: wall)
        sites[batch.site].carried -= UInt32(batch.count)
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
            case .delivered:
                forget(delivery)
                dispositions.append(.finished)
            case .bounced(let reason):
                dispositions.append(refused(delivery, reason, outcome, of: batch, now: now, wall: wall))
            case .deferred(let reason):
                dispositions.append(
                    deferred(delivery, reason, outcome, of: batch, now: now, wall: wall, tick: tick, &retries))
            }
            delivery = next
        }
        return dispositions
    }

    /// A source that has failed too often is held, everywhere.
    private mutating func watchSource(
        of batch: Batch, _ outcomes: [Outcome], now: MonotonicInstant, wall: WallTime
    ) {
        guard let watch = options.sourceWatch, batch.source != .none else { return }
        let directives = watch.directives(
            after: outcomes, from: egress.sources[Int(batch.source)].name, startedAt: clock.instant(batch.pulledAt),
            now: now, wall: wall)
        for directive in directives { obey(directive, now: now, wall: wall) }
    }

    /// A refusal for good; but one that a rule fails over for is about the source's address, and says nothing about the
    /// mail: another source may try. And where a rule says when to try again, it is tried again.
    private mutating func refused(
        _ delivery: UInt32, _ reason: BounceReason, _ outcome: Outcome, of batch: Batch, now: MonotonicInstant,
        wall: WallTime
    ) -> Disposition {
        let shaping = options.shaping == nil ? .plan : shape(delivery, outcome, of: batch, now: now, wall: wall)
        if reason == .remoteReply, !isUnwanted(delivery, of: batch) {
            switch shaping {
            case .otherSource: return takeElsewhere(delivery, .remoteReply, of: batch, now: now)
            case .wait(let wait): return putOff(delivery, by: wait, .remoteReply, now: now)
            case .plan, .giveUp: break
            }
        }
        forget(delivery)
        return .finished
    }

    /// As a rule says, but not beyond its life.
    private mutating func putOff(
        _ delivery: UInt32, by wait: Duration, _ reason: DeferralReason, now: MonotonicInstant
    ) -> Disposition {
        let time = min(clock.deadline(now + wait), messages[deliveries[delivery].message].expiry)
        postpone(delivery, until: time, reason: reason)
        return .retry(at: clock.instant(time))
    }

    private mutating func takeElsewhere(
        _ delivery: UInt32, _ reason: DeferralReason, of batch: Batch, now: MonotonicInstant
    ) -> Disposition {
        count(reason, of: delivery)
        enqueue(delivery, at: batch.site)
        timers.set(delivery, at: messages[deliveries[delivery].message].expiry)
        return .retry(at: now)
    }

    /// It was given up while it was under way.
    private func isUnwanted(_ delivery: UInt32, of batch: Batch) -> Bool {
        messages[deliveries[delivery].message].isCancelled
            || (!selecting.dooms.isEmpty && isDoomed(delivery, of: batch))
    }

    private mutating func deferred(
        _ delivery: UInt32, _ reason: DeferralReason, _ outcome: Outcome, of batch: Batch, now: MonotonicInstant,
        wall: WallTime, tick: UInt64, _ retries: inout BatchRetries
    ) -> Disposition {
        let shaping = options.shaping == nil ? .plan : shape(delivery, outcome, of: batch, now: now, wall: wall)
        if isUnwanted(delivery, of: batch) {
            forget(delivery)
            return .cancelled
        }
        if reason == .shuttingDown {
            // Nobody tried.
            return waitUncounted(delivery, reason, tick: tick)
        }
        if reason.isOfSource, batch.source != .none, options.sourceWatch != nil {
            // The host was never asked, so it does not count. A source that goes on failing is held before long, and is
            // then not asked again; until that it is another one's turn, or this one's once more, in a moment.
            if holdOf(batch.source, at: batch.site) == nil { return waitUncounted(delivery, reason, tick: tick) }
            deliveries[delivery].lastReason = reason.rawValue
            enqueue(delivery, at: batch.site)
            timers.set(delivery, at: messages[deliveries[delivery].message].expiry)
            return .retry(at: now)
        }
        switch shaping {
        case .plan:
            let time = retryTime(of: delivery, reason, outcome, now: now, &retries)
            postpone(delivery, until: time, reason: reason)
            return .retry(at: clock.instant(time))
        case .wait(let wait): return putOff(delivery, by: wait, reason, now: now)
        case .otherSource: return takeElsewhere(delivery, reason, of: batch, now: now)
        case .giveUp:
            forget(delivery)
            return .givenUp
        }
    }

    private mutating func count(_ reason: DeferralReason, of delivery: UInt32) {
        if deliveries[delivery].attempts < .max { deliveries[delivery].attempts += 1 }
        deliveries[delivery].lastReason = reason.rawValue
    }

    /// A failed attempt: counts it and waits.
    mutating func postpone(_ delivery: UInt32, until time: UInt64, reason: DeferralReason) {
        count(reason, of: delivery)
        wait(delivery, until: time)
    }

    /// What did not come about is no attempt, but it is why the delivery waits for a moment.
    private mutating func waitUncounted(_ delivery: UInt32, _ reason: DeferralReason, tick: UInt64) -> Disposition {
        deliveries[delivery].lastReason = reason.rawValue
        wait(delivery, until: tick + 1_000)
        return .retry(at: clock.instant(tick + 1_000))
    }

    private mutating func wait(_ delivery: UInt32, until time: UInt64) {
        awaitTime(delivery)
        let message = deliveries[delivery].message
        timers.set(delivery, at: min(time, messages[message].expiry))
        bodies.rest(messages[message].body)
    }

    /// Takes a delivery out of whatever it waits in, and out of memory. Not for one that is under way.
    mutating func remove(_ delivery: UInt32) {
        detach(delivery)
        timers.cancel(delivery)
        forget(delivery)
    }

    /// Takes a delivery out of whatever it waits in; its timer stays. Not for one that is under way.
    mutating func detach(_ delivery: UInt32) {
        let destination = deliveries[delivery].destination
        switch deliveries[delivery].state {
        case .carried:
            preconditionFailure("a delivery that is under way lies in no list")
        case .waiting:
            destinations[destination].waiting.remove(delivery, in: &deliveries)
            counts.waiting -= 1
        case .ready:
            leaveFlow(delivery)
        case .unrouted:
            destinations[destination].unrouted.remove(delivery, in: &deliveries)
            counts.unrouted -= 1
        }
    }

    /// The end of a delivery that is in no list, and of its message with the last one.
    private mutating func forget(_ delivery: UInt32) {
        let message = deliveries[delivery].message
        let destination = deliveries[delivery].destination
        let previous = deliveries[delivery].previousSibling
        let next = deliveries[delivery].nextSibling
        if previous == .none {
            messages[message].firstDelivery = next
        } else {
            deliveries[previous].nextSibling = next
        }
        if next != .none { deliveries[next].previousSibling = previous }
        deliveries.release(delivery)
        destinations[destination].references -= 1
        if destinations[destination].references == 0 { forgetDestination(ifUnused: destination) }
        groups[messages[message].group].deliveries -= 1
        messages[message].pending -= 1
        if messages[message].pending == 0 {
            bodies.remove(messages[message].body)
            messages[message].body = .none
            unindex(message: message)
            leaveGroup(message)
            delays.cancel(message)
            messages.release(message)
        }
    }
}

extension DeferralReason {
    /// It is where we send from that failed, and not where we send to.
    fileprivate var isOfSource: Bool {
        switch self {
        case .proxyFailed, .sourceUnavailable: true
        case .remoteReply, .connectionRefused, .connectionTimeout, .connectionLost, .replyTimeout, .tlsFailed,
            .tlsUnavailable, .dnsFailure, .protocolViolation, .authenticationFailed, .contentUnavailable, .shuttingDown,
            .noRoute, .tlsPolicyForbidsHosts, .tlsPolicyMissing, .tlsPolicyNotMet, .tlsaLookupFailed,
            .noAddressFamily, .noGreeting:
            false
        }
    }
}
