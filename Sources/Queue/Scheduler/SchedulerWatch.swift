import Mail

/// How the queue looks after itself.
package struct WatchOptions: Hashable, Sendable {
    /// How often it looks, while there is mail.
    package var interval = Duration.seconds(30)
    /// A batch that is under way for longer is told of. At least twice what all steps of the slowest transport may take,
    /// or it tells of hosts that are merely slow.
    package var laneLimit = Duration.seconds(2 * 2_600)

    package init() {}
}

/// Something in a scheduler that waits and that nothing will wake: no timer, no lane whose end it waits for, no place in
/// a queue. There should be none, ever; who finds one has found a mistake in the scheduler.
struct Stall: Hashable {
    enum Kind: String, Hashable, CaseIterable {
        /// A site with mail and free lanes that is not among those that want one.
        case forgottenSite = "site"
        /// A site that rests, with nothing to end it.
        case endlessBackOff = "back_off"
        case endlessLimit = "limit"
        case endlessSuspension = "suspension"
        /// A flow out of its ring that nothing keeps out.
        case parkedFlow = "flow"
        /// A destination with mail whose route nobody asks for.
        case forgottenDestination = "route"
    }

    var kind: Kind
    /// The number of the site, flow or destination.
    var place: UInt32
}

/// Pure. A stall is believed when two looks in a row find it: what is about to be mended by itself is left alone.
struct SchedulerWatch {
    private var suspects: Set<Stall> = []

    /// - Parameter found: `Scheduler.stalls`, after everything that can be done has been done.
    /// - Returns: those that were there at the last look, too.
    mutating func look(_ found: [Stall]) -> [Stall] {
        let certain = found.filter(suspects.contains)
        suspects = Set(found).subtracting(certain)
        return certain
    }
}

extension Scheduler {
    /// What waits for nothing. To be asked when `assign` and `nextUnrouted` have no more to give. Costs a look at each
    /// site and destination, and at the parked flows of sites that have mail.
    func stalls(now: MonotonicInstant) -> [Stall] {
        guard suspensions.isEmpty else { return [] }
        var found: [Stall] = []
        for site in siteNumbers.numbers where sites[site].ready > 0 {
            if let kind = stall(of: site) { found.append(Stall(kind: kind, place: site)) }
            if sites[site].parked > 0 { addParked(of: site, now: now, to: &found) }
        }
        for destination in destinationNumbers.numbers where !destinations[destination].unrouted.isEmpty {
            let entry = destinations[destination]
            if !entry.isResolving, !entry.isQueued || unrouted.isEmpty {
                found.append(Stall(kind: .forgottenDestination, place: destination))
            }
        }
        return found
    }

    private func stall(of site: SiteIndex) -> Stall.Kind? {
        let hasTimer = siteTimers.time(of: site) != nil
        if sites[site].isBackedOff { return hasTimer ? nil : .endlessBackOff }
        if sites[site].isSuspended { return holds.lasting(.site(records[site].name)) == nil ? .endlessSuspension : nil }
        if sites[site].heldUntil != nil { return hasTimer ? nil : .endlessLimit }
        guard wantsLane(site), counts.lanes < options.lanes else { return nil }
        return !sites[site].isQueued || eager.isEmpty ? .forgottenSite : nil
    }

    private func addParked(of site: SiteIndex, now: MonotonicInstant, to found: inout [Stall]) {
        var flow = sites[site].firstFlow
        while flow != .none {
            if flows[flow].isParked, flowTimers.time(of: flow) == nil, case .turn = reason(forFlow: flow, now: now) {
                found.append(Stall(kind: .parkedFlow, place: flow))
            }
            flow = flows[flow].nextOfSite
        }
    }

    /// Has the place looked at again. Nothing that is under way is touched.
    mutating func mend(_ stall: Stall, now: MonotonicInstant) {
        let tick = clock.observe(now)
        let place = stall.place
        switch stall.kind {
        case .forgottenSite:
            sites[place].isQueued = false
            wantLane(place)
        case .endlessBackOff: endBackOff(of: place, tick: tick)
        case .endlessSuspension:
            sites[place].isSuspended = false
            wantLane(place)
        case .endlessLimit:
            sites[place].heldUntil = nil
            sites[place].isHeldForConnects = false
            wantLane(place)
        case .parkedFlow: unpark(place, tick: tick)
        case .forgottenDestination:
            destinations[place].isQueued = true
            unrouted.append(place)
        }
    }

    /// For the log: what stands still, with its figures.
    func figures(of stall: Stall) -> String {
        let place = stall.place
        switch stall.kind {
        case .forgottenSite, .endlessBackOff, .endlessLimit, .endlessSuspension: return figures(ofSite: place)
        case .parkedFlow:
            let flow = flows[place]
            return "\(flow.list.count) deliveries parked (\(flow.park)), \(figures(ofSite: flow.key.site))"
        case .forgottenDestination:
            let entry = destinations[place]
            return "\(entry.unrouted.count) deliveries to \(entry.key.domain.text) without a route"
        }
    }

    private func figures(ofSite site: SiteIndex) -> String {
        let entry = sites[site]
        return "site \(records[site].name): \(entry.ready) ready, \(entry.carried) under way, "
            + "\(entry.lanes.count) of \(lanesAllowed(site)) lanes, \(entry.parked) flows parked"
    }
}
