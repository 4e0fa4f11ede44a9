import Mail

/// Suspensions. A site's rest the site; the others take the flows that they cover out of their rings when these come to
/// their turn, and ending one wakes exactly those. Nothing is looked up while there are none.
extension Scheduler {
    /// What the scope covers does not leave until `release`, or until that time.
    mutating func apply(_ hold: Hold, until: MonotonicInstant?, now: MonotonicInstant) {
        let tick = clock.observe(now)
        // On a clock that never goes back: nothing lasts longer because the machine's clock was moved.
        let end = until.map { clock.steady(clock.deadline($0)) }
        let replaced = holds.remove(hold.id)
        holds.add(hold, until: end)
        if let replaced, replaced.scope != hold.scope { ended(replaced.scope, tick: tick) }
        if case .site(let name) = hold.scope, let site = findSite(named: name) { sites[site].isSuspended = true }
        updateGates()
    }

    mutating func release(hold id: UUIDv7) {
        guard let hold = holds.remove(id) else { return }
        ended(hold.scope, tick: timers.elapsed)
    }

    /// Those whose time is over.
    mutating func expireHolds(tick: UInt64) {
        guard holds.nextEnd != nil else { return }
        for hold in holds.expire(at: clock.steady(tick)) { ended(hold.scope, tick: tick) }
    }

    /// One hold of a scope is gone; others of the same may stand.
    private mutating func ended(_ scope: Hold.Scope, tick: UInt64) {
        updateGates()
        guard holds.lasting(scope) == nil else { return }
        if case .site(let name) = scope, let site = findSite(named: name) {
            sites[site].isSuspended = false
            wantLane(site)
            restIfIdle(site, tick: tick)
        }
        wake(heldFlows.removeValue(forKey: scope), tick: tick)
    }

    /// A new site may be held already.
    mutating func suspendIfHeld(_ site: SiteIndex) {
        if !holds.isEmpty, holds.lasting(.site(records[site].name)) != nil { sites[site].isSuspended = true }
    }

    /// The first hold that keeps a flow back.
    func holdOf(_ flow: UInt32) -> Hold.Scope? {
        let key = groups[flows[flow].key.group].key
        let tenant = tenants[Int(key.tenant)].id
        if holds.lasting(.tenant(tenant)) != nil { return .tenant(tenant) }
        let scope = Hold.Scope.siteAndTenant(site: records[flows[flow].key.site].name, tenant: tenant)
        if holds.lasting(scope) != nil { return scope }
        guard let campaign = key.campaign, holds.lasting(.campaign(campaign)) != nil else { return nil }
        return .campaign(campaign)
    }

    /// The first hold that keeps a source from sending to a site.
    func holdOf(_ source: UInt16, at site: SiteIndex) -> Hold.Scope? {
        let name = egress.sources[Int(source)].name
        if holds.lasting(.source(name)) != nil { return .source(name) }
        let scope = Hold.Scope.siteAndSource(site: records[site].name, source: name)
        return holds.lasting(scope) == nil ? nil : scope
    }

    /// When a hold of the scope ends; `nil`: when somebody resumes it.
    func end(of entry: HoldBook.Entry) -> MonotonicInstant? {
        entry.until.map { clock.instant(UInt64(max(0, ($0 - clock.start).wholeMilliseconds))) }
    }
}
