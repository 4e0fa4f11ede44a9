import Mail

/// Where a batch leaves from: by exact weights, the first source of the pool that may send to the site now; then those of
/// the overflow pool.
extension Scheduler {
    /// What keeps the sources of a flow from sending, to wake it when one of them may again.
    private struct Obstacles {
        var soonest: UInt64?
        var scopes: [Hold.Scope] = []
        var crowded: [UInt32] = []
        var crowdedHere: [UInt32] = []
        var capped: [UInt32] = []

        mutating func until(_ time: UInt64) { soonest = min(soonest ?? .max, time) }
    }

    private enum Answer {
        case go(Passage)
        /// This source cannot.
        case notFrom
        /// Its tenant or campaign may not, whatever the source.
        case not(ThrottleRefusal, MeterNumbers)
    }

    mutating func chooseSource(for flow: UInt32, _ passage: Passage, now: MonotonicInstant) -> Passage? {
        let site = flows[flow].key.site
        // Taken out while it is asked and changed: a site's record is large, and reading it there would copy it each time.
        var here = takeEgress(of: site)
        defer { records[site].egress = here }
        var obstacles = Obstacles()
        var pool = groups[flows[flow].key.group].pool
        var hops = 0
        while pool != .none, hops <= egress.pools.count {
            let turn = self.turn(of: pool, in: &here)
            here.turns[turn].rotation.begin()
            let favourite = favourite(of: pool, at: site, here)
            while let place = here.turns[turn].rotation.next(
                preferring: favourite, lead: options.sourceLead)
            {
                let source = egress.pools[Int(pool)].members[place].source
                switch ask(source, passage, here.sources[Int(source)], at: site, now: now, &obstacles) {
                case .go(let granted):
                    here.turns[turn].rotation.pass(granted.count, by: place)
                    egress.sources[Int(source)].lanes += 1
                    here.sources[Int(source)].lanes += 1
                    remember(source, in: &here)
                    return granted
                case .notFrom:
                    here.turns[turn].rotation.skip(place)
                case .not(let refusal, let numbers):
                    untake(passage, passage.count, now: now)
                    park(flow, .limit, refusal, by: numbers, now: now)
                    return nil
                }
            }
            pool = egress.pools[Int(pool)].overflow
            hops += 1
        }
        untake(passage, passage.count, now: now)
        for scope in obstacles.scopes { heldFlows[scope, default: []].insert(flow) }
        for number in obstacles.crowded { crowd(flow, number) }
        for number in obstacles.crowdedHere { crowdedHere[number, default: []].insert(flow) }
        for counter in obstacles.capped { cappedFlows[counter, default: []].insert(flow) }
        if let wait = obstacles.crowded.map({ crowdedWait(flow, $0) }).min() {
            obstacles.until(clock.elapsed(now) + wait)
        }
        park(flow, .sources, until: obstacles.soonest)
        return nil
    }

    /// With room for all sources, and for the caller to put back.
    private mutating func takeEgress(of site: SiteIndex) -> SiteEgress {
        if let here = records[site].egress.take() {
            if here.sources.count >= egress.sources.count { return here }
            records[site].egress = here
        }
        prepareEgress(of: site)
        return records[site].egress.take() ?? SiteEgress()
    }

    /// The place in the pool of the source that the lane sent from last. It has a connection open, which would have to be
    /// closed for another source's where connections are counted and all are in use.
    private func favourite(of pool: UInt16, at site: SiteIndex, _ here: SiteEgress) -> Int? {
        let meter = sites[site].meter
        guard options.sourceLead > 0, meter != .none, let most = meters.connections(of: meter),
            sites[site].lanes.count >= most, pulling < here.lanes.count, here.lanes[pulling] != .none
        else { return nil }
        return egress.pools[Int(pool)].members.firstIndex { $0.source == here.lanes[pulling] }
    }

    private func remember(_ source: UInt16, in here: inout SiteEgress) {
        let missing = pulling + 1 - here.lanes.count
        if missing > 0 { here.lanes.append(contentsOf: repeatElement(.none, count: missing)) }
        here.lanes[pulling] = source
    }

    /// The place of a pool's rotation among those of a site.
    private mutating func turn(of pool: UInt16, in here: inout SiteEgress) -> Int {
        let version = egress.pools[Int(pool)].version
        let known = here.turns.firstIndex { $0.pool == pool }
        if let known, here.turns[known].version == version { return known }
        let made = SiteEgress.Turn(
            pool: pool, version: version,
            rotation: SourceRotation(weights: egress.pools[Int(pool)].members.map(\.weight), start: generator.next()))
        if let known {
            here.turns[known] = made
            return known
        }
        here.turns.append(made)
        return here.turns.count - 1
    }

    private mutating func ask(
        _ source: UInt16, _ wanted: Passage, _ here: SiteEgress.Source, at site: SiteIndex, now: MonotonicInstant,
        _ obstacles: inout Obstacles
    ) -> Answer {
        if !holds.isEmpty, let scope = holdOf(source, at: site) {
            obstacles.scopes.append(scope)
            return .notFrom
        }
        var passage = wanted
        passage.source = source
        passage.grant.meters.source = egress.sources[Int(source)].meter
        if here.meter != .none {
            let request = Meter.Request(messages: passage.count, places: 1)
            let credit = meters.available(request, from: CollectionOfOne(here.meter), at: now)
            if credit == 0 {
                guard let refusal = meters.refusal(request, from: CollectionOfOne(here.meter), at: now) else {
                    return .notFrom
                }
                if let earliest = refusal.earliest {
                    obstacles.until(wake(at: earliest, now: now))
                } else {
                    obstacles.crowdedHere.append(here.meter)
                }
                return .notFrom
            }
            passage.count = credit
            passage.grant.siteAndSource = here.meter
        }
        if here.warmup != .none, let daily = options.daily {
            switch daily.take(passage.count, of: here.warmup, at: now) {
            case .success(let granted):
                passage.count = granted
                passage.grant.warmup = here.warmup
            case .failure(let refusal):
                obstacles.until(wake(from: refusal, now: now))
                obstacles.capped.append(here.warmup)
                return .notFrom
            }
        }
        // What the quotas gave and the source does not take.
        let count = passage.count
        if let refusal = beginMeters(&passage, now: now) {
            if passage.grant.warmup != .none {
                options.daily?.untake(count, of: here.warmup, at: now)
            }
            guard refusal.key.scope == .source else { return .not(refusal, passage.grant.meters) }
            if let earliest = refusal.earliest {
                obstacles.until(wake(at: earliest, now: now))
            } else {
                obstacles.crowded.append(passage.grant.meters.source)
            }
            return .notFrom
        }
        untake(wanted, wanted.count - count, now: now)
        if here.meter != .none {
            let request = Meter.Request(messages: passage.count, places: 1)
            let taken = meters.take(request, from: CollectionOfOne(here.meter), at: now)
            precondition(taken == passage.count, "a batch larger than its credit")
        }
        return .go(passage)
    }

    /// A batch of the source is no longer under way.
    mutating func endSource(_ batch: Batch, _ outcomes: [Outcome], tick: UInt64) {
        let source = Int(batch.source)
        egress.sources[source].lanes -= 1
        records[batch.site].egress?.sources[source].lanes -= 1
        for outcome in outcomes {
            egress.sources[source].verdicts.count(outcome.verdict)
            records[batch.site].egress?.sources[source].verdicts.count(outcome.verdict)
        }
        guard batch.grant.siteAndSource != .none else { return }
        meters.leave(1, of: batch.grant.siteAndSource)
        if !crowdedHere.isEmpty { wake(crowdedHere.removeValue(forKey: batch.grant.siteAndSource), tick: tick) }
    }

    /// Where a batch leaves from; `nil`: no sources are configured, or it has gone from the configuration since.
    func source(of batch: Batch) -> EgressSource? {
        batch.source == .none ? nil : egress.sources[Int(batch.source)].source
    }
}
