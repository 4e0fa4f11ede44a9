import Mail

/// Limits that shaping rules set for a time.
extension Scheduler {
    /// The limit stands before those of the configuration until then; of several the strictest figure counts.
    mutating func apply(_ limit: TemporaryLimit, until: MonotonicInstant, now: MonotonicInstant) {
        let tick = clock.observe(now)
        let end = max(clock.deadline(until), tick + 1)
        meters.override(limit, until: end, at: now)
        nextLimitEnd = min(nextLimitEnd ?? .max, end)
        guard let site = findSite(named: limit.key.name) else { return }
        if limit.key.scope == .siteAndSource {
            if records[site].egress != nil { prepareEgress(of: site) }
        } else {
            if sites[site].meter == .none { self.limit(site) }
        }
    }

    mutating func expireLimits(now: MonotonicInstant, tick: UInt64) {
        for key in meters.expireOverrides(tick, at: now) {
            guard let site = findSite(named: key.name) else { continue }
            sites[site].heldUntil = nil
            wakeFlows(of: site, tick: tick)
            wantLane(site)
            restIfIdle(site, tick: tick)
        }
        nextLimitEnd = meters.nextOverrideEnd
    }

    /// Those in force, with their ends.
    var temporaryLimits: [TemporaryLimit] { meters.overrides.values.flatMap { $0.map(\.limit) } }
}
