import Mail

/// Ready deliveries lie in flows, flows in their tenant's turn, turns in their site's lists.
extension Scheduler {
    /// Appends a due delivery to its flow. Its timer is the caller's business.
    mutating func enqueue(_ delivery: UInt32, at site: SiteIndex) {
        if selecting.routes.hasSites {
            followRoutes(deliveries[delivery].message, to: deliveries[delivery].destination, at: site)
        }
        lineUp(delivery, at: site)
    }

    /// The same without a look at the re-routes that stand: for what has a pool already.
    mutating func lineUp(_ delivery: UInt32, at site: SiteIndex) {
        let message = deliveries[delivery].message
        let flow = self.flow(Flow.Key(site: site, group: messages[message].group))
        deliveries[delivery].state = .ready
        deliveries[delivery].flow = flow
        flows[flow].list.append(delivery, in: &deliveries)
        sites[site].ready += 1
        counts.ready += 1
        if !flows[flow].isParked { open(flow, 1, as: .fresh) }
        place(deliveries[delivery].destination, at: site)
        bodies.wake(messages[message].body)
        wantLane(site)
    }

    private mutating func flow(_ key: Flow.Key) -> UInt32 {
        if let known = findFlow(key.packed) { return known }
        let nextOfSite = sites[key.site].firstFlow
        let nextOfGroup = groups[key.group].firstFlow
        var made = Flow(key: key)
        made.nextOfSite = nextOfSite
        made.nextOfGroup = nextOfGroup
        let flow = flows.insert(made)
        index(flow: flow)
        if nextOfSite != .none { flows[nextOfSite].previousOfSite = flow }
        if nextOfGroup != .none { flows[nextOfGroup].previousOfGroup = flow }
        sites[key.site].firstFlow = flow
        groups[key.group].firstFlow = flow
        joinTurn(flow)
        return flow
    }

    /// Puts a flow at the end of its tenant's ring.
    private mutating func joinTurn(_ flow: UInt32) {
        let turn = self.turn(of: flow)
        let head = turns[turn].head
        if head != .none, flows[head].list.isEmpty { discard(head) }
        turns[turn].append(flow, in: &flows)
        flows[flow].turn = turn
    }

    private mutating func turn(of flow: UInt32) -> UInt32 {
        let group = flows[flow].key.group
        let key = TenantTurn.Key(
            site: flows[flow].key.site, tenant: groups[group].key.tenant, stream: groups[group].key.stream)
        if let known = findTurn(key) { return known }
        let turn = turns.insert(TenantTurn(key: key, deficit: Int32(clamping: max(1, options.quantum))))
        index(turn: turn)
        return turn
    }

    /// Deliveries of a flow in a ring may go; a turn that is in no list comes into one.
    private mutating func open(_ flow: UInt32, _ count: UInt32, as place: TenantTurn.Place) {
        let turn = flows[flow].turn
        let site = turns[turn].key.site
        let stream = turns[turn].key.stream
        turns[turn].ready += count
        sites[site][stream].ready += count
        guard turns[turn].place == .nowhere else { return }
        turns[turn].place = place
        if place == .fresh {
            sites[site][stream].fresh.append(turn, in: &turns)
        } else {
            sites[site][stream].old.append(turn, in: &turns)
        }
    }

    /// Some deliveries of a flow in a ring are gone from it.
    mutating func close(_ flow: UInt32, _ count: UInt32) {
        let turn = flows[flow].turn
        turns[turn].ready -= count
        sites[turns[turn].key.site][turns[turn].key.stream].ready -= count
    }

    /// Takes a ready delivery out of its flow.
    mutating func leaveFlow(_ delivery: UInt32) {
        let flow = deliveries[delivery].flow
        let site = flows[flow].key.site
        flows[flow].list.remove(delivery, in: &deliveries)
        deliveries[delivery].flow = .none
        sites[site].ready -= 1
        counts.ready -= 1
        if !flows[flow].isParked { close(flow, 1) }
        if flows[flow].list.isEmpty { emptied(flow) }
        clearIfQuiet(site)
    }

    /// An empty flow goes, unless it is the only one of its tenant: the next message will want it.
    mutating func emptied(_ flow: UInt32) {
        let isAlone = flows[flow].previous == .none && flows[flow].next == .none
        if flows[flow].isParked || !isAlone { discard(flow) }
    }

    /// Takes a flow out of its ring until somebody wakes it, or until the time on the scheduler's clock.
    mutating func park(_ flow: UInt32, _ reason: Flow.Park, until: UInt64?) {
        close(flow, UInt32(flows[flow].list.count))
        turns[flows[flow].turn].remove(flow, in: &flows)
        flows[flow].turn = .none
        flows[flow].park = reason
        sites[flows[flow].key.site].parked += 1
        if let until { flowTimers.set(flow, at: until) }
    }

    /// Back into its ring, at the end, and its tenant behind the others: who was held back is not new. `isParked` is
    /// false for a number that was given out anew.
    mutating func unpark(_ flow: UInt32, tick: UInt64) {
        guard flows[flow].isParked else { return }
        let site = flows[flow].key.site
        flows[flow].park = .no
        sites[site].parked -= 1
        flowTimers.cancel(flow)
        joinTurn(flow)
        open(flow, UInt32(flows[flow].list.count), as: .old)
        wantLane(site)
    }

    /// The end of an empty flow.
    mutating func discard(_ flow: UInt32) {
        let entry = flows[flow]
        if entry.isParked {
            sites[entry.key.site].parked -= 1
            flowTimers.cancel(flow)
        } else {
            turns[entry.turn].remove(flow, in: &flows)
        }
        if entry.previousOfSite == .none {
            sites[entry.key.site].firstFlow = entry.nextOfSite
        } else {
            flows[entry.previousOfSite].nextOfSite = entry.nextOfSite
        }
        if entry.nextOfSite != .none { flows[entry.nextOfSite].previousOfSite = entry.previousOfSite }
        if entry.previousOfGroup == .none {
            groups[entry.key.group].firstFlow = entry.nextOfGroup
        } else {
            flows[entry.previousOfGroup].nextOfGroup = entry.nextOfGroup
        }
        if entry.nextOfGroup != .none { flows[entry.nextOfGroup].previousOfGroup = entry.previousOfGroup }
        unindex(flow: flow)
        flows[flow].park = .no
        flows.release(flow)
    }

    /// The end of a turn that is in no list and has nothing to send.
    mutating func discardTurn(_ turn: UInt32) {
        while turns[turn].head != .none { discard(turns[turn].head) }
        unindex(turn: turn)
        turns.release(turn)
    }

    /// A site with nothing to send and no lane keeps no flows.
    mutating func clearIfQuiet(_ site: SiteIndex) {
        guard sites[site].ready == 0, sites[site].lanes.count == 0 else { return }
        for stream in MailStream.allCases {
            while let turn = sites[site][stream].fresh.popFirst(in: &turns) { discardTurn(turn) }
            while let turn = sites[site][stream].old.popFirst(in: &turns) { discardTurn(turn) }
        }
    }
}
