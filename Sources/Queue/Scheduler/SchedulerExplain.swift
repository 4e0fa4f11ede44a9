import Mail

/// Why a delivery is where it is: found by asking what pulling would ask, in the same order, without taking anything.
extension Scheduler {
    /// Why each delivery of a message is where it is, with everything there is to say. Empty: the message has none in this
    /// shard.
    func explanations(of id: UUIDv7, now: MonotonicInstant) -> [DeliveryExplanation] {
        guard let message = find(id) else { return [] }
        var found: [DeliveryExplanation] = []
        var delivery = messages[message].firstDelivery
        while delivery != .none {
            found.append(explanation(of: delivery, now: now))
            delivery = deliveries[delivery].nextSibling
        }
        return found
    }

    func explanation(of delivery: UInt32, now: MonotonicInstant) -> DeliveryExplanation {
        let entry = deliveries[delivery]
        let reason = reason(for: delivery, now: now)
        let group = messages[entry.message].group
        let pool = groups[group].pool
        return DeliveryExplanation(
            recipient: entry.recipient, destination: destinations[entry.destination].key.domain,
            site: site(of: delivery).map { records[$0].name },
            pool: pool == .none ? nil : egress.pools[Int(pool)].name, reason: reason,
            earliest: earliest(reason, now: now), attempts: Int(entry.attempts),
            lastReason: DeferralReason(rawValue: entry.lastReason),
            expiry: clock.instant(messages[entry.message].expiry))
    }

    /// Where it is ready, or went last.
    func site(of delivery: UInt32) -> SiteIndex? {
        let flow = deliveries[delivery].flow
        if flow != .none { return flows[flow].key.site }
        let site = destinations[deliveries[delivery].destination].lastSite
        return site == .none ? nil : site
    }

    private func earliest(_ reason: WaitReason, now: MonotonicInstant) -> MonotonicInstant? {
        switch reason {
        case .underWay, .routing, .turn: now
        case .scheduled(let until), .retry(_, _, let until), .siteBackOff(_, _, let until): until
        case .siteConnections, .shardConnections, .suspended: nil
        case .throttled(let refusal): refusal.earliest
        case .held(let hold): holds.entries[hold.id].flatMap { end(of: $0) }
        case .daily(let refusal): refusal.earliest
        }
    }

    func reason(for delivery: UInt32, now: MonotonicInstant) -> WaitReason {
        let entry = deliveries[delivery]
        switch entry.state {
        case .carried: return .underWay
        case .unrouted: return .routing
        case .waiting:
            let until = clock.instant(timers.time(of: delivery) ?? 0)
            if entry.attempts == 0, entry.lastReason == 0 { return .scheduled(until: until) }
            return .retry(DeferralReason(rawValue: entry.lastReason), attempts: Int(entry.attempts), until: until)
        case .ready: return reason(forFlow: entry.flow, now: now)
        }
    }

    /// Why the next delivery of a flow is not on its way.
    func reason(forFlow flow: UInt32, now: MonotonicInstant) -> WaitReason {
        let site = flows[flow].key.site
        if let reason = reason(forSite: site, now: now) { return reason }
        if let scope = holdOf(flow), let entry = holds.lasting(scope) { return .held(entry.hold) }
        let group = flows[flow].key.group
        let tenant = tenants[Int(groups[group].key.tenant)]
        let numbers = MeterNumbers(campaign: groups[group].meter, tenant: tenant.meter)
        if let ledger, !numbers.isNone, let refusal = ledger.refusal(of: numbers, at: now) {
            return .throttled(refusal)
        }
        if let daily = options.daily {
            for counter in [tenant.quota, groups[group].quota] where counter != .none {
                if let refusal = daily.refusal(of: counter, at: now) { return .daily(refusal) }
            }
        }
        if egress.isOn, let reason = reason(forSourcesOf: flow, now: now) { return reason }
        let limit = lanesAllowed(site)
        if sites[site].lanes.count >= limit { return .siteConnections(site: records[site].name, limit: limit) }
        if counts.lanes >= options.lanes { return .shardConnections(limit: options.lanes) }
        return .turn(site: records[site].name)
    }

    /// Why the site as a whole rests; `nil`: it does not.
    func reason(forSite site: SiteIndex, now: MonotonicInstant) -> WaitReason? {
        if let suspension = suspensions.min(by: { $0.rawValue < $1.rawValue }) { return .suspended(suspension) }
        let name = records[site].name
        if let entry = holds.lasting(.site(name)) { return .held(entry.hold) }
        if let until = records[site].health.blockedUntil {
            return .siteBackOff(site: name, records[site].health.reason, until: clock.instant(until))
        }
        guard sites[site].meter != .none, let terms = meters.terms(of: sites[site].meter) else { return nil }
        // A copy: asking why must not move the clock of the counters.
        var meters = self.meters
        let number = CollectionOfOne(sites[site].meter)
        if let refusal = meters.refusal(Meter.Request(messages: 1), from: number, at: now) {
            return .throttled(refusal)
        }
        if let cap = terms.connections, sites[site].lanes.count >= cap.value {
            return .throttled(
                ThrottleRefusal(
                    rule: cap.rule, key: MeterKey(.site, name), limit: .connections(cap.value), earliest: nil))
        }
        // The first lane may look for a connection that is open; another wants credit for one.
        guard sites[site].lanes.count > 0 else { return nil }
        return meters.refusal(Meter.Request(connects: 1), from: number, at: now).map { .throttled($0) }
    }

    /// The reason of the source that will be free first; `nil`: one may send now.
    private func reason(forSourcesOf flow: UInt32, now: MonotonicInstant) -> WaitReason? {
        let site = flows[flow].key.site
        var pool = groups[flows[flow].key.group].pool
        var best: WaitReason?
        var soonest: MonotonicInstant?
        var hops = 0
        while pool != .none, hops <= egress.pools.count {
            for member in egress.pools[Int(pool)].members {
                guard let reason = reason(for: member.source, at: site, now: now) else { return nil }
                let free = earliest(reason, now: now)
                if best == nil || (free ?? .distantFuture) < (soonest ?? .distantFuture) {
                    (best, soonest) = (reason, free)
                }
            }
            pool = egress.pools[Int(pool)].overflow
            hops += 1
        }
        return best
    }

    /// What keeps a source from sending to a site now; `nil`: nothing does.
    func reason(for source: UInt16, at site: SiteIndex, now: MonotonicInstant) -> WaitReason? {
        if let scope = holdOf(source, at: site), let entry = holds.lasting(scope) { return .held(entry.hold) }
        let known = records[site].egress?.sources
        let entry = known.flatMap { Int(source) < $0.count ? $0[Int(source)] : nil } ?? SiteEgress.Source()
        if entry.meter != .none {
            var meters = self.meters
            let request = Meter.Request(messages: 1, places: 1)
            if let refusal = meters.refusal(request, from: CollectionOfOne(entry.meter), at: now) {
                return .throttled(refusal)
            }
        }
        let meter = egress.sources[Int(source)].meter
        if let ledger, meter != .none, let refusal = ledger.refusal(of: MeterNumbers(source: meter), at: now) {
            return .throttled(refusal)
        }
        if entry.warmup != .none, let refusal = options.daily?.refusal(of: entry.warmup, at: now) {
            return .daily(refusal)
        }
        return nil
    }
}
