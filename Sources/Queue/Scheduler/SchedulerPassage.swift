import Mail

/// What a flow is let pass by.
struct Passage {
    /// Deliveries, 1 or more.
    var count: Int
    var source: UInt16 = .none
    var grant = Grant()
}

/// What stands between a flow and a lane beside the site: holds and limits of its tenant and campaign, their daily caps,
/// and its sources. The first no takes the flow out of its ring, so that others at the site go on.
extension Scheduler {
    /// Something of all this is configured.
    mutating func updateGates() {
        hasGates = ledger != nil || options.daily != nil || !holds.isEmpty || egress.isOn
    }

    /// Asks everybody for the next batch of a flow that has something to send.
    /// - Returns: `nil`: the flow is parked.
    mutating func begin(_ flow: UInt32, upTo limit: Int, now: MonotonicInstant) -> Passage? {
        var passage = Passage(count: reach(of: flow, limit: limit))
        guard hasGates else { return passage }
        let group = flows[flow].key.group
        if !holds.isEmpty, let scope = holdOf(flow) {
            heldFlows[scope, default: []].insert(flow)
            park(flow, .hold, until: nil)
            return nil
        }
        let tenant = Int(groups[group].key.tenant)
        passage.grant.meters = MeterNumbers(campaign: groups[group].meter, tenant: tenants[tenant].meter)
        if options.daily != nil {
            guard takeQuotas(&passage, of: flow, now: now) else { return nil }
        }
        if egress.isOn, groups[group].pool != .none { return chooseSource(for: flow, passage, now: now) }
        switch beginMeters(&passage, now: now) {
        case nil: return passage
        case let refusal?:
            untake(passage, passage.count, now: now)
            park(flow, .limit, refusal, by: passage.grant.meters, now: now)
            return nil
        }
    }

    /// Takes from the ledger what the counters allow.
    mutating func beginMeters(_ passage: inout Passage, now: MonotonicInstant) -> ThrottleRefusal? {
        guard let ledger, !passage.grant.meters.isNone else { return nil }
        switch ledger.begin(passage.count, of: passage.grant.meters, at: now) {
        case .success(let granted):
            untake(passage, passage.count - granted, now: now)
            passage.count = granted
            return nil
        case .failure(let error):
            return error.refusal
        }
    }

    private mutating func takeQuotas(_ passage: inout Passage, of flow: UInt32, now: MonotonicInstant) -> Bool {
        let group = flows[flow].key.group
        let counters = [tenants[Int(groups[group].key.tenant)].quota, groups[group].quota]
        for (place, counter) in counters.enumerated() where counter != .none {
            switch options.daily?.take(passage.count, of: counter, at: now) {
            case .success(let granted):
                untake(passage, passage.count - granted, now: now)
                passage.count = granted
                if place == 0 { passage.grant.quota = counter } else { passage.grant.campaignQuota = counter }
            case .failure(let refusal):
                untake(passage, passage.count, now: now)
                cappedFlows[counter, default: []].insert(flow)
                park(flow, .daily, until: wake(from: refusal, now: now))
                return false
            case nil: break
            }
        }
        return true
    }

    /// Gives back what was taken from today's caps and is not used.
    func untake(_ passage: Passage, _ count: Int, now: MonotonicInstant) {
        guard count > 0, let daily = options.daily else { return }
        for counter in [passage.grant.quota, passage.grant.campaignQuota, passage.grant.warmup] where counter != .none {
            daily.untake(count, of: counter, at: now)
        }
    }

    /// When to ask for today's cap again: when it will have room, or after a minute, because it may have room before if
    /// what another shard has taken was never tried, or somebody changes the plan.
    func wake(from refusal: DailyRefusal, now: MonotonicInstant) -> UInt64 {
        let soon = clock.elapsed(now) + Self.cappedWait
        return refusal.earliest.map { min(wake(at: $0, now: now), soon) } ?? soon
    }

    /// Milliseconds.
    private static var cappedWait: UInt64 { 60_000 }

    /// Somebody has changed a plan, or a day has begun: what waits for room in a daily cap is asked anew.
    mutating func wakeCapped(now: MonotonicInstant) {
        let tick = clock.observe(now)
        let waiting = cappedFlows.values.reduce(into: Set<UInt32>()) { $0.formUnion($1) }
        cappedFlows = [:]
        wake(waiting, tick: tick)
    }

    /// Never before the next look at the clock.
    func wake(at instant: MonotonicInstant, now: MonotonicInstant) -> UInt64 {
        max(clock.deadline(instant), clock.elapsed(now) + 1)
    }

    mutating func park(
        _ flow: UInt32, _ reason: Flow.Park, _ refusal: ThrottleRefusal, by numbers: MeterNumbers,
        now: MonotonicInstant
    ) {
        if let earliest = refusal.earliest {
            park(flow, reason, until: wake(at: earliest, now: now))
        } else {
            // Woken when a transaction ends in this shard; of those in others nobody tells.
            let number = number(of: refusal, among: numbers)
            crowd(flow, number)
            park(flow, reason, until: clock.elapsed(now) + crowdedWait(flow, number))
        }
    }

    func number(of refusal: ThrottleRefusal, among numbers: MeterNumbers) -> UInt32 {
        switch refusal.key.scope {
        case .source: numbers.source
        case .campaign: numbers.campaign
        case .tenant, .site, .siteAndSource: numbers.tenant
        }
    }

    mutating func crowd(_ flow: UInt32, _ number: UInt32) { crowded[number, default: FlowQueue()].insert(flow) }

    /// Milliseconds after which a flow looks at its tenant's places again, because one may have become free elsewhere.
    /// The more wait for them, the less often each of them looks: all together some twenty times in a millisecond.
    func crowdedWait(_ flow: UInt32, _ number: UInt32) -> UInt64 {
        let share = UInt64(crowded[number]?.count ?? 0) / 20
        return Self.crowdedWait + UInt64(flow) % (share + 1) + share
    }

    static var crowdedWait: UInt64 { 50 }

    /// Some places are free: the next flows in the line may ask. Not all of them, for a hundred thousand would have asked
    /// in vain for every one that goes; and who is not woken looks by itself.
    private mutating func wakeCrowded(_ number: UInt32, tick: UInt64) {
        guard var line = crowded.removeValue(forKey: number) else { return }
        var woken = 0
        while woken < Self.wokenForPlace, let flow = line.popFirst() {
            guard flows[flow].isParked else { continue }
            unpark(flow, tick: tick)
            woken += 1
        }
        if line.count > 0 { crowded[number] = line }
    }

    private static var wokenForPlace: Int { 8 }

    /// A batch is no longer under way: its places are free, and its deliveries counted.
    mutating func settle(_ batch: Batch, _ outcomes: [Outcome], now: MonotonicInstant, tick: UInt64) {
        for outcome in outcomes { verdicts.count(outcome.verdict) }
        note(outcomes, of: batch)
        if let ledger, !batch.grant.meters.isNone {
            ledger.end(of: batch.grant.meters)
            if !crowded.isEmpty {
                for number in batch.grant.meters where number != .none { wakeCrowded(number, tick: tick) }
            }
        }
        if batch.source != .none { endSource(batch, outcomes, tick: tick) }
        if let daily = options.daily { settle(daily, batch.grant, outcomes, now: now, tick: tick) }
    }

    /// Flows that were parked for something that is over now. Those of them that are not any more, or whose number was
    /// given out anew, are at worst asked once more.
    mutating func wake(_ waiting: Set<UInt32>?, tick: UInt64) {
        guard let waiting else { return }
        for flow in waiting.sorted() { unpark(flow, tick: tick) }
    }

    private mutating func settle(
        _ daily: any DailyLedger, _ grant: Grant, _ outcomes: [Outcome], now: MonotonicInstant, tick: UInt64
    ) {
        guard grant.quota != .none || grant.campaignQuota != .none || grant.warmup != .none else { return }
        var (delivered, failed, greylisted) = (0, 0, 0)
        for outcome in outcomes {
            if outcome.verdict == .delivered {
                delivered += 1
            } else if Self.wasTried(outcome) {
                if grant.warmup != .none, isGreylisting(outcome) { greylisted += 1 } else { failed += 1 }
            }
        }
        let untried = outcomes.count - delivered - failed - greylisted
        for counter in [grant.quota, grant.campaignQuota, grant.warmup] where counter != .none {
            daily.settle(
                counter, delivered: delivered, failed: failed, greylisted: greylisted, untried: untried, at: now)
            if untried > 0, !cappedFlows.isEmpty { wake(cappedFlows.removeValue(forKey: counter), tick: tick) }
        }
    }

    private func isGreylisting(_ outcome: Outcome) -> Bool {
        guard outcome.verdict == .deferred(.remoteReply), let reply = outcome.reply else { return false }
        let category = options.bounceRules.verdict(on: reply, host: outcome.host?.name ?? "").category
        return RetryClass(.remoteReply, category) == .greylisting
    }

    /// A host heard of the delivery, or may have.
    private static func wasTried(_ outcome: Outcome) -> Bool {
        if outcome.reply != nil { return true }
        switch outcome.verdict {
        case .delivered: return true
        case .bounced: return false
        case .deferred(let reason):
            switch reason {
            case .remoteReply, .connectionLost, .replyTimeout, .protocolViolation: return true
            case .connectionRefused, .connectionTimeout, .tlsFailed, .tlsUnavailable, .dnsFailure,
                .authenticationFailed, .contentUnavailable, .shuttingDown, .noRoute, .tlsPolicyForbidsHosts,
                .tlsPolicyMissing, .tlsPolicyNotMet, .tlsaLookupFailed, .proxyFailed, .sourceUnavailable,
                .noAddressFamily, .noGreeting:
                return false
            }
        }
    }

    private mutating func note(_ outcomes: [Outcome], of batch: Batch) {
        for outcome in outcomes {
            records[batch.site].verdicts.count(outcome.verdict)
            if outcome.verdict != .delivered, let reply = outcome.reply { records[batch.site].lastReply = reply }
        }
    }
}
