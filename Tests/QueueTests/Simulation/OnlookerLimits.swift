import Mail

@testable import Queue

extension Onlooker {
    /// What a site may have open at once.
    func laneLimit(_ site: String) -> Int {
        let route = world.limits(ofSite: site).connections
        return min(route, book.terms(MeterKey(.site, site)).connections ?? route)
    }

    func countPull(_ pull: SimulatedPull, at now: MonotonicInstant) {
        for key in RuleBook.keys(of: pull, world.plan) {
            underWay[key, default: 0] += 1
            let terms = book.terms(key)
            let excused = key.scope == .site ? 0 : oldUnderWay[key] ?? 0
            if let most = terms.connections, let count = underWay[key], count - excused > most {
                problem("\(count) under way of \(key), \(most) are allowed", now)
            }
            if let rate = terms.messageRate {
                var window = messageRates[key] ?? RateWindow(rate)
                let over = window.add(pull.recipients.count, at: now.nanoseconds)
                if over > 0 { problem("\(key): \(over) over \(rate.count)/\(rate.period), burst \(rate.burst)", now) }
                messageRates[key] = window
            }
        }
        let busy = underWay[MeterKey(.site, pull.site)] ?? 0
        if busy > laneLimit(pull.site) { problem("\(busy) lanes at \(pull.site)", now) }
        let most = world.limits(ofSite: pull.site).recipientsPerTransaction
        if pull.recipients.count > most { problem("\(pull.recipients.count) recipients in a transaction", now) }
    }

    func countConnect(_ pull: SimulatedPull, at now: MonotonicInstant) {
        for key in RuleBook.keys(of: pull, world.plan) {
            guard let rate = book.terms(key).connectionRate else { continue }
            // What was under way at a reload keeps the counters it was given; its site's is that of the new rules.
            if key.scope != .site, isFromBeforeReload(pull) { continue }
            var window = connectRates[key] ?? RateWindow(rate)
            let over = window.add(1, at: now.nanoseconds)
            if over > 0 { problem("connections of \(key): \(over) over", now) }
            connectRates[key] = window
        }
    }

    // MARK: what explain says

    /// A reason must be there, it must be true, and the time that it names must not have passed.
    func checkExplanation(_ key: UInt64, _ scheduler: borrowing Scheduler, _ now: MonotonicInstant) {
        guard let entry = tracked[key] else { return }
        guard
            let reason = scheduler.explain(entry.message, now: now).first(where: { $0.recipient == entry.recipient })?
                .reason
        else {
            problem("no reason for a queued delivery", now)
            return
        }
        let isUnderWay = entry.state == .underWay
        if (reason == .underWay) != isUnderWay { problem("\(reason) though \(entry.state)", now) }
        reasons[reason.word, default: 0] += 1
        switch reason {
        case .underWay: break
        case .scheduled(let until), .retry(_, _, let until):
            if until <= now { problem("waits for a time in the past: \(reason)", now) }
            if let due = entry.due, until < min(due, entry.expiry) { problem("\(reason) before \(due)", now) }
            if let due = entry.due, until > due + .milliseconds(2) { problem("\(reason) though due at \(due)", now) }
        case .routing: problem("waits for a route though the DNS answers at once", now)
        case .siteBackOff(let site, _, let until):
            if until <= now { problem("a back-off in the past", now) }
            if (failures[site] ?? 0) == 0 { problem("a back-off without a failure", now) }
        case .siteConnections(let site, let limit):
            let busy = underWay[MeterKey(.site, site)] ?? 0
            if busy < limit || limit < 1 { problem("\(busy) of \(limit) lanes busy at \(site)", now) }
        case .shardConnections(let limit):
            if lanes.count < limit { problem("\(lanes.count) of \(limit) lanes busy", now) }
        case .throttled(let refusal): check(refusal, scheduler, now)
        case .suspended(let suspension):
            if !suspensions.contains(suspension) { problem("suspended by nobody", now) }
        case .turn(let site):
            let busy = underWay[MeterKey(.site, site)] ?? 0
            if busy == 0, !isAboutToLook(scheduler, now, within: .milliseconds(51)) {
                problem("nothing keeps it at \(site), and it does not go; \(scheduler.parking(of: entry.message))", now)
            }
        case .held(let hold):
            if !holds.contains(hold.scope, at: now) { problem("held by nobody: \(hold.scope)", now) }
        case .daily(let refusal):
            if let text = days.isTrue(refusal, at: now) { problem(text, now) }
            if let earliest = refusal.earliest, earliest <= now, !isAboutToLook(scheduler, now) {
                problem("a day that has begun: \(refusal)", now)
            }
        }
    }

    private func check(_ refusal: ThrottleRefusal, _ scheduler: borrowing Scheduler, _ now: MonotonicInstant) {
        switch refusal.limit {
        case .connections(let limit):
            let busy = underWay[refusal.key] ?? 0
            if busy < limit { problem("\(busy) of \(limit) under way of \(refusal.key)", now) }
        case .messageRate, .connectionRate:
            // Rates that a shaping rule has set are its own; a reload keeps what was spent before.
            if hasTemporaryLimits || hasReloaded { break }
            checkRate(refusal, now)
        }
        guard let earliest = refusal.earliest else { return }
        if earliest <= now, !isAboutToLook(scheduler, now) { problem("\(refusal.key) promised \(earliest)", now) }
    }

    private func checkRate(_ refusal: ThrottleRefusal, _ now: MonotonicInstant) {
        switch refusal.limit {
        case .connections: break
        case .messageRate:
            let over = messageRates[refusal.key]?.excess(1, at: now.nanoseconds) ?? -1
            if over <= 0 { problem("\(refusal.key) has credit: \(over)", now) }
        case .connectionRate:
            let over = connectRates[refusal.key]?.excess(1, at: now.nanoseconds) ?? -1
            if over <= 0 { problem("\(refusal.key) has credit for connections: \(over)", now) }
        }
    }

    /// The scheduler's clock ticks in milliseconds.
    func isAboutToLook(
        _ scheduler: borrowing Scheduler, _ now: MonotonicInstant, within time: Duration = .milliseconds(2)
    ) -> Bool {
        scheduler.nextDeadline.map { $0 <= now + time } ?? false
    }
}

extension WaitReason {
    var word: String {
        switch self {
        case .underWay: "under way"
        case .scheduled: "scheduled"
        case .retry: "retry"
        case .routing: "routing"
        case .siteBackOff: "back-off"
        case .siteConnections: "site connections"
        case .shardConnections: "shard connections"
        case .throttled(let refusal):
            switch refusal.limit {
            case .messageRate: "rate of \(refusal.key.scope)"
            case .connectionRate: "connection rate of \(refusal.key.scope)"
            case .connections: "connections of \(refusal.key.scope)"
            }
        case .held: "held"
        case .daily: "daily"
        case .turn: "turn"
        case .suspended: "suspended"
        }
    }
}

extension Scheduler {
    /// For the words of a failure: what its flows are parked for.
    func parking(of id: UUIDv7) -> String {
        guard let message = find(id) else { return "it is not there" }
        var words: [String] = []
        var delivery = messages[message].firstDelivery
        while delivery != .none {
            let flow = deliveries[delivery].flow
            if flow != .none {
                let site = flows[flow].key.site
                words.append(
                    "parked \(flows[flow].park), looked at again \(flowTimers.time(of: flow) ?? 0) of "
                        + "\(timers.elapsed), site held until \(sites[site].heldUntil ?? 0), open \(sites[site].open), "
                        + "queued \(sites[site].isQueued), wants \(wantsLane(site)), lanes \(sites[site].lanes.count) of "
                        + "\(lanesAllowed(site)), all lanes \(counts.lanes) of \(options.lanes)")
            }
            delivery = deliveries[delivery].nextSibling
        }
        return words.joined(separator: "; ")
    }
}
