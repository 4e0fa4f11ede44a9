import Mail

/// What the limits of the configuration say to the scheduler.
///
/// The limits of a *site* hold it as a whole: it has one timer, for the earliest time at which they agree. The limits of
/// a *tenant* must not hold up the others at a site, so a flow that they refuse is taken out of its ring (*parked*) and
/// comes back with a timer of its own; whoever else has credit is served meanwhile. New connections are asked for when a
/// transport really wants to open one (`connect`), because a lane mostly finds one that is still open.
///
/// Nothing of this is touched where no limits are configured: meters are `none`, `ledger` is `nil`.
extension Scheduler {
    /// A new site: its counter, if something limits it.
    mutating func limit(_ site: SiteIndex) {
        sites[site].meter = meters.number(of: MeterKey(.site, sites[site].name))
    }

    func lanesAllowed(_ site: Site) -> Int {
        let allowed = min(site.allowance, max(1, site.limits.connections))
        guard let cap = meters.terms(of: site.meter)?.connections?.value else { return allowed }
        return min(allowed, cap)
    }

    func wantsLane(_ site: SiteIndex) -> Bool {
        guard sites[site].wantsLane else { return false }
        return sites[site].meter == .none || sites[site].lanes.count < lanesAllowed(sites[site])
    }

    /// One lane may always open: it may find a connection that is still open, and waits at most for one credit if not.
    /// More only while credit for connections is there.
    mutating func mayOpenLane(_ site: SiteIndex, now: MonotonicInstant) -> Bool {
        let meter = sites[site].meter
        guard meter != .none, sites[site].lanes.count > 0 else { return true }
        return !hold(site, for: Meter.Request(connects: 1), now: now)
    }

    /// How many deliveries of the site may pass now. At 0 it is held until some may.
    mutating func credit(of site: SiteIndex, upTo limit: Int, now: MonotonicInstant) -> Int {
        let request = Meter.Request(messages: limit)
        let credit = meters.available(request, from: CollectionOfOne(sites[site].meter), at: now)
        if credit == 0 { _ = hold(site, for: request, now: now) }
        return credit
    }

    mutating func spend(_ count: Int, at site: SiteIndex, now: MonotonicInstant) {
        let request = Meter.Request(messages: count)
        let taken = meters.take(request, from: CollectionOfOne(sites[site].meter), at: now)
        precondition(taken == count, "a batch larger than its credit")
    }

    /// - Returns: whether its limits hold it.
    private mutating func hold(_ site: SiteIndex, for request: Meter.Request, now: MonotonicInstant) -> Bool {
        guard let refusal = meters.refusal(request, from: CollectionOfOne(sites[site].meter), at: now),
            let earliest = refusal.earliest
        else { return false }
        let until = max(clock.deadline(earliest), clock.elapsed(now) + 1)
        sites[site].heldUntil = until
        sites[site].isHeldForConnects = request.connects > 0
        siteTimers.set(site, at: until)
        return true
    }

    /// Asks the tenant's limits for the next batch of a flow. At 0 the flow is parked, and the caller takes it out of
    /// its ring.
    mutating func begin(_ flow: UInt32, upTo limit: Int, now: MonotonicInstant) -> Int {
        let tenant = flows[flow].key.tenant
        let meter = tenantMeters[Int(tenant)]
        guard meter != .none, let ledger else { return limit }
        switch ledger.begin(reach(of: flow, limit: limit), of: meter, at: now) {
        case .success(let granted): return granted
        case .failure(let error):
            flows[flow].isParked = true
            sites[flows[flow].key.site].parked += 1
            let soonest = clock.elapsed(now) + 1
            if let earliest = error.refusal.earliest {
                flowTimers.set(flow, at: max(clock.deadline(earliest), soonest))
            } else {
                // Woken when a transaction of the tenant ends in this shard; of those in others nobody tells.
                crowded[tenant, default: []].insert(flow)
                flowTimers.set(flow, at: soonest + Self.crowdedWait)
            }
            return 0
        }
    }

    /// Milliseconds after which a tenant's places are looked at again, because one may have become free elsewhere.
    private static var crowdedWait: UInt64 { 50 }

    /// A batch is no longer under way: its tenant has a place more.
    mutating func end(_ batch: Batch, tick: UInt64) {
        let tenant = messages[batch.message].tenant
        let meter = tenantMeters[Int(tenant)]
        guard meter != .none, let ledger else { return }
        ledger.end(of: meter)
        guard let waiting = crowded.removeValue(forKey: tenant) else { return }
        for flow in waiting.sorted() where flows[flow].isParked && flows[flow].key.tenant == tenant {
            flowTimers.cancel(flow)
            unpark(flow, tick: tick)
        }
    }

    /// Back into its ring, at the end. `isParked` is false for a number that was given out anew.
    mutating func unpark(_ flow: UInt32, tick: UInt64) {
        guard flows[flow].isParked else { return }
        let key = flows[flow].key
        flows[flow].isParked = false
        sites[key.site].parked -= 1
        if crowded[key.tenant]?.remove(flow) != nil, crowded[key.tenant]?.isEmpty == true { crowded[key.tenant] = nil }
        if flows[flow].count == 0 {
            discard(flow)
        } else {
            switch key.stream {
            case .transactional: sites[key.site].transactional.append(flow, in: &flows)
            case .broadcast: sites[key.site].broadcast.append(flow, in: &flows)
            }
        }
        wantLane(key.site)
        restIfIdle(key.site, tick: tick)
    }

    /// A transport wants to open a connection for a batch.
    /// - Returns: `nil`: it may, and that is counted. Otherwise when to ask again.
    mutating func connect(_ batch: Batch, now: MonotonicInstant) -> MonotonicInstant? {
        let request = Meter.Request(connects: 1)
        let site = CollectionOfOne(sites[batch.site].meter)
        if let refusal = meters.refusal(request, from: site, at: now) { return refusal.earliest }
        if let ledger {
            let tenant = tenantMeters[Int(messages[batch.message].tenant)]
            if tenant != .none, let refusal = ledger.connect(tenant, at: now) { return refusal.earliest }
        }
        _ = meters.take(request, from: site, at: now)
        return nil
    }

    /// What a transport has to keep to while it carries a batch. `nil`: no limits.
    func connectionTerms(of batch: Batch) -> (asks: Bool, messages: Int?)? {
        let site = meters.terms(of: sites[batch.site].meter)
        var asks = site?.connectionRate != nil
        if ledger != nil, options.throttles.ratesTenantsConnections {
            asks = asks || tenantMeters[Int(messages[batch.message].tenant)] != .none
        }
        guard asks || site?.messagesPerConnection != nil else { return nil }
        return (asks, site?.messagesPerConnection?.value)
    }

    /// Which limit, if any, keeps a flow back now: the site's own, then its tenant's; of both, the later.
    func refusal(of flow: UInt32, now: MonotonicInstant) -> ThrottleRefusal? {
        let site = sites[flows[flow].key.site]
        var found: ThrottleRefusal?
        if let terms = meters.terms(of: site.meter) {
            // A copy: asking why must not move the clock of the counters.
            var meters = self.meters
            let request = Meter.Request(messages: 1)
            found = meters.refusal(request, from: CollectionOfOne(site.meter), at: now)
            if found == nil, let cap = terms.connections, site.lanes.count >= cap.value {
                return ThrottleRefusal(
                    rule: cap.rule, key: MeterKey(.site, site.name), limit: .connections(cap.value), earliest: nil)
            }
        }
        guard let ledger else { return found }
        let meter = tenantMeters[Int(flows[flow].key.tenant)]
        guard meter != .none, let other = ledger.refusal(of: meter, at: now) else { return found }
        guard let first = found?.earliest, let second = other.earliest else { return other }
        return second > first ? other : found
    }
}
