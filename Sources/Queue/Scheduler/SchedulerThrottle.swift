import Mail

/// What the limits of the configuration say to the scheduler.
///
/// The limits of a *site* hold it as a whole: it has one timer, for the earliest time at which they agree. Those of a
/// tenant, a campaign or a source must not hold up the others at a site, so a flow that they refuse is taken out of its
/// ring (*parked*, `SchedulerPassage`) and comes back with a timer of its own; whoever else has credit is served
/// meanwhile. New connections are asked for when a transport really wants to open one (`connect`), because a lane mostly
/// finds one that is still open.
///
/// Nothing of this is touched where no limits are configured: meters are `none`, `ledger` is `nil`.
extension Scheduler {
    /// A new site: its counter, if something limits it.
    mutating func limit(_ site: SiteIndex) {
        sites[site].meter = meters.number(
            of: MeterKey(.site, records[site].name), connections: sites[site].limits.connections)
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

    /// A transport wants to open a connection for a batch.
    /// - Returns: `nil`: it may, and that is counted. Otherwise when to ask again.
    mutating func connect(_ batch: Batch, now: MonotonicInstant) -> MonotonicInstant? {
        let request = Meter.Request(connects: 1)
        let here = [batch.grant.siteAndSource, sites[batch.site].meter]
        if let refusal = meters.refusal(request, from: here, at: now) { return refusal.earliest }
        if let ledger, !batch.grant.meters.isNone, let refusal = ledger.connect(batch.grant.meters, at: now) {
            return refusal.earliest
        }
        _ = meters.take(request, from: here, at: now)
        return nil
    }

    /// What a transport has to keep to while it carries a batch. `nil`: no limits.
    func connectionTerms(of batch: Batch) -> BatchTerms? {
        guard !options.throttles.isEmpty || meters.hasOverrides else { return nil }
        var terms = BatchTerms()
        for (number, isSite) in [(batch.grant.siteAndSource, false), (sites[batch.site].meter, true)] {
            // Figure by figure: the names of the rules would be copied, too.
            guard number != .none else { continue }
            terms.asks = terms.asks || meters.ratesConnections(of: number)
            terms.atMost(messages: meters.messagesPerConnection(of: number))
            guard let connections = meters.connections(of: number) else { continue }
            if isSite { terms.siteConnections = connections } else { terms.sourceConnections = connections }
        }
        if ledger != nil, !batch.grant.meters.isNone {
            terms.asks = terms.asks || options.throttles.ratesConnectionsBeyondSites
            if batch.source != .none {
                terms.atMost(messages: egress.sources[Int(batch.source)].messagesPerConnection)
            }
        }
        return terms == BatchTerms() ? nil : terms
    }
}

/// What limits the connections that a batch travels on.
struct BatchTerms: Hashable {
    /// A new connection must be asked for.
    var asks = false
    var messages: Int?
    /// Connections to the site at once, and those from the batch's source.
    var siteConnections: Int?
    var sourceConnections: Int?

    mutating func atMost(messages limit: Int?) {
        if let limit { messages = min(messages ?? limit, limit) }
    }
}
