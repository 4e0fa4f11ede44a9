import Mail

extension Scheduler {
    /// Opens a lane of a site that wants one and gives it its first batch. `nil`: no site wants one, or none may be
    /// opened.
    mutating func assign(now: MonotonicInstant) -> Batch? {
        guard suspensions.isEmpty else { return nil }
        let tick = clock.elapsed(now)
        while counts.lanes < options.lanes, let site = eager.popFirst() {
            sites[site].isQueued = false
            guard wantsLane(site), mayOpenLane(site, now: now) else {
                restIfIdle(site, tick: tick)
                continue
            }
            let lane = sites[site].lanes.open()
            counts.lanes += 1
            if let batch = pull(from: site, lane: lane, now: now) {
                wantLane(site)
                return batch
            }
            close(lane, of: site, tick: tick)
        }
        return nil
    }

    /// The next batch for an open lane. `nil`: the lane is closed.
    mutating func next(on lane: Int, of site: SiteIndex, carried: Int, now: MonotonicInstant) -> Batch? {
        let tick = clock.elapsed(now)
        let entry = sites[site]
        let mayGoOn =
            suspensions.isEmpty && !entry.health.isBackedOff
            && entry.lanes.count <= lanesAllowed(entry)
            && !(carried >= options.batchesPerTurn && counts.lanes >= options.lanes && !eager.isEmpty)
        if mayGoOn, let batch = pull(from: site, lane: lane, now: now) { return batch }
        close(lane, of: site, tick: tick)
        return nil
    }

    private mutating func close(_ lane: Int, of site: SiteIndex, tick: UInt64) {
        sites[site].lanes.close(lane)
        counts.lanes -= 1
        if sites[site].isHeldForConnects, sites[site].lanes.count == 0 {
            sites[site].heldUntil = nil
            sites[site].isHeldForConnects = false
        }
        wantLane(site)
        restIfIdle(site, tick: tick)
    }

    mutating func restIfIdle(_ site: SiteIndex, tick: UInt64) {
        guard sites[site].isIdle else { return }
        siteTimers.set(site, at: tick + UInt64(max(0, options.siteIdle.wholeMilliseconds)))
    }

    private mutating func pull(from site: SiteIndex, lane: Int, now: MonotonicInstant) -> Batch? {
        guard sites[site].ready > 0 else { return nil }
        var limit = max(1, sites[site].limits.recipientsPerTransaction)
        if sites[site].meter != .none {
            limit = credit(of: site, upTo: limit, now: now)
            if limit == 0 { return nil }
        }
        let broadcastWaits = !sites[site].broadcast.isEmpty
        let isBroadcastsTurn = sites[site].transactionalInRow >= max(2, options.broadcastFloor) - 1
        let cut: (first: UInt32, count: Int)?
        if broadcastWaits, isBroadcastsTurn, let batch = serve(\.broadcast, of: site, limit: limit, now: now) {
            sites[site].transactionalInRow = 0
            cut = batch
        } else if let batch = serve(\.transactional, of: site, limit: limit, now: now) {
            sites[site].transactionalInRow = broadcastWaits ? sites[site].transactionalInRow + 1 : 0
            cut = batch
        } else {
            sites[site].transactionalInRow = 0
            cut = serve(\.broadcast, of: site, limit: limit, now: now)
        }
        guard let cut else { return nil }
        if sites[site].meter != .none { spend(cut.count, at: site, now: now) }
        sites[site].ready -= cut.count
        sites[site].carried += cut.count
        counts.ready -= cut.count
        counts.carried += cut.count
        let entry = deliveries[cut.first]
        return Batch(
            site: site, lane: lane, message: entry.message, first: cut.first, count: cut.count,
            attempt: Int(entry.attempts) + 1, pulledAt: clock.elapsed(now))
    }

    /// Deficit round robin over the flows of a ring.
    private mutating func serve(
        _ stream: WritableKeyPath<Site, FlowRing>, of site: SiteIndex, limit: Int, now: MonotonicInstant
    ) -> (first: UInt32, count: Int)? {
        var ring = sites[site][keyPath: stream]
        defer { sites[site][keyPath: stream] = ring }
        while ring.head != .none {
            let flow = ring.head
            if flows[flow].count == 0 {
                // Its deliveries expired or were cancelled.
                _ = ring.popFirst(in: &flows)
                discard(flow)
            } else if flows[flow].deficit <= 0 {
                endTurn(of: flow, in: &ring)
            } else {
                var limit = limit
                if ledger != nil {
                    limit = begin(flow, upTo: limit, now: now)
                    if limit == 0 {
                        _ = ring.popFirst(in: &flows)
                        continue
                    }
                }
                let batch = cut(from: flow, limit: limit)
                flows[flow].deficit -= batch.count
                if flows[flow].count == 0 {
                    _ = ring.popFirst(in: &flows)
                    discard(flow)
                } else if flows[flow].deficit <= 0 {
                    endTurn(of: flow, in: &ring)
                }
                return batch
            }
        }
        return nil
    }

    private mutating func endTurn(of flow: UInt32, in ring: inout FlowRing) {
        flows[flow].deficit += max(1, options.quantum)
        _ = ring.popFirst(in: &flows)
        ring.append(flow, in: &flows)
    }

    mutating func discard(_ flow: UInt32) {
        flowNumbers[flows[flow].key] = nil
        flows.release(flow)
    }

    /// Takes the first delivery of a flow and those behind it that can share its transaction: same message, same number
    /// of attempts and, at a provider's site, same destination.
    private mutating func cut(from flow: UInt32, limit: Int) -> (first: UInt32, count: Int) {
        let first = flows[flow].head
        let mixes = sites[flows[flow].key.site].limits.mixesDestinations
        var last = first
        var count = 1
        take(first)
        while count < limit {
            let next = deliveries[last].next
            guard next != .none, canShare(first, next, mixes: mixes) else { break }
            take(next)
            last = next
            count += 1
        }
        let rest = deliveries[last].next
        deliveries[last].next = .none
        flows[flow].head = rest
        if rest == .none { flows[flow].tail = .none } else { deliveries[rest].previous = .none }
        flows[flow].count -= count
        return (first, count)
    }

    /// How many deliveries `cut` would take.
    func reach(of flow: UInt32, limit: Int) -> Int {
        let first = flows[flow].head
        let mixes = sites[flows[flow].key.site].limits.mixesDestinations
        var next = deliveries[first].next
        var count = 1
        while count < limit, next != .none, canShare(first, next, mixes: mixes) {
            next = deliveries[next].next
            count += 1
        }
        return count
    }

    private func canShare(_ first: UInt32, _ next: UInt32, mixes: Bool) -> Bool {
        deliveries[next].message == deliveries[first].message
            && deliveries[next].attempts == deliveries[first].attempts
            && (mixes || deliveries[next].destination == deliveries[first].destination)
    }

    private mutating func take(_ delivery: UInt32) {
        deliveries[delivery].state = .carried
        deliveries[delivery].flow = .none
        timers.cancel(delivery)
    }

    /// The places in the envelope and the destinations of a batch, in order.
    func contents(of batch: Batch) -> (recipients: [UInt32], destination: Domain) {
        var recipients: [UInt32] = []
        recipients.reserveCapacity(batch.count)
        var delivery = batch.first
        while delivery != .none {
            recipients.append(deliveries[delivery].recipient)
            delivery = deliveries[delivery].next
        }
        return (recipients, destinations[deliveries[batch.first].destination].key.domain)
    }
}
