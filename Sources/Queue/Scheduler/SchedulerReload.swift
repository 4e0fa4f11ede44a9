import Mail

extension Scheduler {
    /// A reload: other limits, sources, retry times and rules from now on. What has been spent stays spent, what is under
    /// way keeps what it was given, and everything that was parked is asked anew.
    ///
    /// - Parameter ledger: the shared counters, which the caller has told of the new limits: the same as before if there
    ///   were any, for what is under way has places in them. `nil`: as at the start.
    mutating func replace(
        options: SchedulerOptions, ledger shared: (any CreditLedger)? = nil, now: MonotonicInstant
    ) {
        let tick = clock.observe(now)
        self.options = options
        if let shared {
            ledger = shared
        } else if let own = ledger as? SharedMeters {
            own.replace(options.throttles, at: now)
        } else if ledger == nil, options.throttles.reachesBeyondSites {
            ledger = SharedMeters(options.throttles)
        }
        meters.replace(options.throttles, at: now)
        for place in tenants.indices { resolve(tenant: place) }
        resolveEgress()
        for group in groupNumbers.values.sorted() { resolve(group) }
        for site in siteNumbers.numbers.sorted() {
            let had = sites[site].meter
            limit(site)
            meters.release(had)
            if records[site].egress != nil { prepareEgress(of: site) }
            records[site].feedback.change(limit: max(1, sites[site].limits.connections))
            wakeFlows(of: site, tick: tick)
            sites[site].heldUntil = nil
            wantLane(site)
            restIfIdle(site, tick: tick)
        }
        crowded = [:]
        crowdedHere = [:]
        cappedFlows = [:]
        updateGates()
    }

    /// All parked flows of a site are asked anew.
    mutating func wakeFlows(of site: SiteIndex, tick: UInt64) {
        var flow = sites[site].firstFlow
        while flow != .none {
            // Waking one may end an empty neighbour, but never makes a link of this one stale.
            let isParked = flows[flow].isParked
            if isParked { unpark(flow, tick: tick) }
            flow = flows[flow].nextOfSite
        }
    }
}
