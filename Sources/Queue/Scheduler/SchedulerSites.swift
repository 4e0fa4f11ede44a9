import Mail

extension Scheduler {
    /// The number of a site, made if it is new; its limits are brought up to date.
    mutating func site(named name: String, limits: SiteLimits, now: MonotonicInstant) -> SiteIndex {
        if let site = findSite(named: name) {
            if sites[site].limits != limits { change(limits, of: site) }
            return site
        }
        let feedback = self.feedback.fresh(limit: limits.connections)
        let site = sites.insert(Site(limits: limits, allowance: feedback.window))
        let record = SiteRecord(name: name, feedback: feedback)
        if Int(site) == records.count { records.append(record) } else { records[site] = record }
        index(site: site)
        if !options.throttles.isEmpty || meters.hasOverrides { limit(site) }
        suspendIfHeld(site)
        siteTimers.set(site, at: clock.deadline(now + options.siteIdle))
        return site
    }

    private mutating func change(_ limits: SiteLimits, of site: SiteIndex) {
        sites[site].limits = limits
        records[site].feedback.change(limit: max(1, limits.connections))
        sites[site].allowance = Int32(clamping: records[site].feedback.window)
        if sites[site].meter != .none { meters.know(connections: limits.connections, of: sites[site].meter) }
        wantLane(site)
    }

    /// Lanes the site may have at present.
    func lanesAllowed(_ site: SiteIndex) -> Int {
        let allowed = min(Int(sites[site].allowance), max(1, sites[site].limits.connections))
        let meter = sites[site].meter
        guard meter != .none, let cap = meters.connections(of: meter) else { return allowed }
        return min(allowed, cap)
    }

    func wantsLane(_ site: SiteIndex) -> Bool {
        sites[site].open > 0 && !sites[site].isBackedOff && !sites[site].isSuspended
            && sites[site].heldUntil == nil && sites[site].lanes.count < lanesAllowed(site)
    }

    mutating func wantLane(_ site: SiteIndex) {
        guard !sites[site].isQueued, wantsLane(site) else { return }
        sites[site].isQueued = true
        eager.append(site)
    }

    mutating func restIfIdle(_ site: SiteIndex, tick: UInt64) {
        guard sites[site].isIdle else { return }
        siteTimers.set(site, at: tick + UInt64(max(0, options.siteIdle.wholeMilliseconds)))
    }

    /// The back-off of a site is over, or its limits agree again, or it has been without mail for long enough to be
    /// forgotten.
    mutating func siteTimerFired(_ site: SiteIndex, tick: UInt64) {
        if let until = records[site].health.blockedUntil, until <= tick {
            endBackOff(of: site, tick: tick)
        } else if let until = sites[site].heldUntil, !sites[site].isBackedOff {
            guard until <= tick else {
                siteTimers.set(site, at: until)
                return
            }
            sites[site].heldUntil = nil
            wantLane(site)
            restIfIdle(site, tick: tick)
        } else if sites[site].isIdle, !sites[site].isQueued {
            forgetSite(site)
        }
    }

    private mutating func forgetSite(_ site: SiteIndex) {
        clearIfQuiet(site)
        unindex(site: site)
        siteTimers.cancel(site)
        meters.release(sites[site].meter)
        forgetEgress(of: site)
        sites.release(site)
    }

    /// The destination has been routed to the site.
    mutating func place(_ destination: UInt32, at site: SiteIndex) {
        guard destinations[destination].lastSite != site else { return }
        if destinations[destination].lastSite != .none { destinations[destination].hasMoved = true }
        displace(destination)
        let next = sites[site].firstDestination
        destinations[destination].lastSite = site
        destinations[destination].nextOfSite = next
        if next != .none { destinations[next].previousOfSite = destination }
        sites[site].firstDestination = destination
    }

    /// The destination belongs to no site.
    mutating func displace(_ destination: UInt32) {
        let site = destinations[destination].lastSite
        guard site != .none else { return }
        let previous = destinations[destination].previousOfSite
        let next = destinations[destination].nextOfSite
        if previous == .none { sites[site].firstDestination = next } else { destinations[previous].nextOfSite = next }
        if next != .none { destinations[next].previousOfSite = previous }
        destinations[destination].lastSite = .none
        destinations[destination].previousOfSite = .none
        destinations[destination].nextOfSite = .none
        restIfIdle(site, tick: siteTimers.elapsed)
    }
}
