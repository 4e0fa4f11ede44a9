import Mail

extension Scheduler {
    /// Opens a lane of a site that wants one and gives it its first batch. `nil`: no site wants one, or none may be
    /// opened.
    mutating func assign(now: MonotonicInstant) -> Batch? {
        guard suspensions.isEmpty else { return nil }
        let tick = clock.observe(now)
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
        let tick = clock.observe(now)
        let mayGoOn =
            suspensions.isEmpty && !sites[site].isBackedOff && !sites[site].isSuspended
            && sites[site].lanes.count <= lanesAllowed(site)
            && !(carried >= options.batchesPerTurn && counts.lanes >= options.lanes && !eager.isEmpty)
        if mayGoOn, let batch = pull(from: site, lane: lane, now: now) { return batch }
        close(lane, of: site, tick: tick)
        return nil
    }

    private mutating func close(_ lane: Int, of site: SiteIndex, tick: UInt64) {
        sites[site].lanes.close(lane)
        counts.lanes -= 1
        if sites[site].lanes.count == 0 {
            if sites[site].isHeldForConnects {
                sites[site].heldUntil = nil
                sites[site].isHeldForConnects = false
            }
            clearIfQuiet(site)
        }
        wantLane(site)
        restIfIdle(site, tick: tick)
    }

    private mutating func pull(from site: SiteIndex, lane: Int, now: MonotonicInstant) -> Batch? {
        guard sites[site].open > 0 else { return nil }
        pulling = lane
        var limit = max(1, sites[site].limits.recipientsPerTransaction)
        let meter = sites[site].meter
        if meter != .none {
            limit = credit(of: site, upTo: limit, now: now)
            if limit == 0 { return nil }
        }
        let broadcastWaits = sites[site].broadcast.ready > 0
        let isBroadcastsTurn = Int(sites[site].transactionalInRow) >= max(2, options.broadcastFloor) - 1
        let cut: Cut?
        if broadcastWaits, isBroadcastsTurn, let batch = serve(.broadcast, of: site, limit: limit, now: now) {
            sites[site].transactionalInRow = 0
            cut = batch
        } else if let batch = serve(.transactional, of: site, limit: limit, now: now) {
            sites[site].transactionalInRow = broadcastWaits ? sites[site].transactionalInRow &+ 1 : 0
            cut = batch
        } else {
            sites[site].transactionalInRow = 0
            cut = serve(.broadcast, of: site, limit: limit, now: now)
        }
        guard let cut else { return nil }
        if meter != .none { spend(cut.count, at: site, now: now) }
        sites[site].ready -= UInt32(cut.count)
        sites[site].carried += UInt32(cut.count)
        counts.ready -= cut.count
        counts.carried += cut.count
        return Batch(
            site: site, lane: lane, message: deliveries[cut.first].message, first: cut.first, count: cut.count,
            attempt: Int(deliveries[cut.first].attempts) + 1, pulledAt: clock.elapsed(now), source: cut.source,
            grant: cut.grant)
    }

    /// What was cut from a flow, and from what source it goes.
    private struct Cut {
        var first: UInt32
        var count: Int
        var source: UInt16
        var grant: Grant
    }

    /// Deficit round robin over the tenants of a stream, and plain round robin over the flows of each.
    private mutating func serve(
        _ stream: MailStream, of site: SiteIndex, limit: Int, now: MonotonicInstant
    ) -> Cut? {
        while sites[site][stream].ready > 0 {
            let isFresh = sites[site][stream].fresh.head != .none
            let turn = isFresh ? sites[site][stream].fresh.head : sites[site][stream].old.head
            if turns[turn].ready == 0 {
                // Its deliveries are gone: sent, expired, cancelled, or parked.
                if isFresh { endTurn(turn) } else { leaveList(turn) }
                continue
            }
            if turns[turn].deficit <= 0 {
                endTurn(turn)
                continue
            }
            let flow = turns[turn].head
            guard let passage = begin(flow, upTo: limit, now: now) else { continue }
            let first = flows[flow].list.head
            take(passage.count, of: flow)
            turns[turn].deficit -= Int32(clamping: passage.count)
            if flows[flow].list.isEmpty {
                emptied(flow)
            } else if turns[turn].tail != flow {
                turns[turn].remove(flow, in: &flows)
                turns[turn].append(flow, in: &flows)
            }
            if turns[turn].deficit <= 0, turns[turn].ready > 0 { endTurn(turn) }
            return Cut(first: first, count: passage.count, source: passage.source, grant: passage.grant)
        }
        return nil
    }

    /// The turn at the head of its list goes behind the old ones, with a new quantum if it has used up its own.
    private mutating func endTurn(_ turn: UInt32) {
        let site = turns[turn].key.site
        let stream = turns[turn].key.stream
        if turns[turn].deficit <= 0 { turns[turn].deficit += Int32(clamping: max(1, options.quantum)) }
        if turns[turn].place == .fresh {
            _ = sites[site][stream].fresh.popFirst(in: &turns)
        } else {
            _ = sites[site][stream].old.popFirst(in: &turns)
        }
        turns[turn].place = .old
        sites[site][stream].old.append(turn, in: &turns)
    }

    /// The turn at the head of the old ones has nothing to send.
    private mutating func leaveList(_ turn: UInt32) {
        _ = sites[turns[turn].key.site][turns[turn].key.stream].old.popFirst(in: &turns)
        discardTurn(turn)
    }

    /// Takes the first deliveries of a flow, which can share a transaction.
    private mutating func take(_ count: Int, of flow: UInt32) {
        var delivery = flows[flow].list.head
        var last = delivery
        for _ in 0..<count {
            deliveries[delivery].state = .carried
            deliveries[delivery].flow = .none
            timers.cancel(delivery)
            last = delivery
            delivery = deliveries[delivery].next
        }
        flows[flow].list.removePrefix(count, last: last, in: &deliveries)
        close(flow, UInt32(count))
    }

    /// How many of the first deliveries of a flow can share a transaction: same message, same number of attempts and,
    /// at a provider's site, same destination.
    func reach(of flow: UInt32, limit: Int) -> Int {
        let first = flows[flow].list.head
        var next = deliveries[first].next
        guard limit > 1, next != .none else { return 1 }
        let mixes = sites[flows[flow].key.site].limits.mixesDestinations
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
