import Mail

/// One shard's part of a summary.
struct ShardSummary: Sendable {
    var counts = QueueCounts()
    var verdicts = VerdictCounts()
    var suspensions: Set<Suspension> = []
    var tenants: [UUIDv7: (transactional: Int, broadcast: Int)] = [:]
    var campaigns: [UUIDv7: (tenant: UUIDv7, deliveries: Int)] = [:]
    /// By name.
    var sources: [String: (lanes: Int, verdicts: VerdictCounts)] = [:]
}

extension Shard {
    func summary() -> ShardSummary {
        absorb()
        work()
        tools.metrics.queue(scheduler.counts, shard: index, at: .distantFuture)
        return scheduler.summary()
    }

    func details(limit: Int) -> [SiteDetail] {
        absorb()
        work()
        return scheduler.busiestSites(limit).map { scheduler.detail(of: $0, shard: index, now: time.now) }
    }

    func detail(ofSite name: String) -> SiteDetail? {
        absorb()
        work()
        return scheduler.findSite(named: name).map { scheduler.detail(of: $0, shard: index, now: time.now) }
    }
}

/// For people. Costs a look at each group, or at what the one site has.
extension Scheduler {
    func summary() -> ShardSummary {
        var sum = ShardSummary()
        sum.counts = snapshotCounts
        sum.verdicts = verdicts
        sum.suspensions = suspensions
        for group in groupNumbers.values {
            let count = Int(groups[group].deliveries)
            let key = groups[group].key
            let tenant = tenants[Int(key.tenant)].id
            switch key.stream {
            case .transactional: sum.tenants[tenant, default: (0, 0)].transactional += count
            case .broadcast: sum.tenants[tenant, default: (0, 0)].broadcast += count
            }
            if let campaign = key.campaign { sum.campaigns[campaign, default: (tenant, 0)].deliveries += count }
        }
        for source in egress.sources { sum.sources[source.name] = (source.lanes, source.verdicts) }
        return sum
    }

    /// Those with mail or in trouble, the fullest first. Mail that waits for its next attempt is mail, too.
    func busiestSites(_ limit: Int) -> [SiteIndex] {
        var found: [(count: Int, site: SiteIndex)] = []
        for site in siteNumbers.numbers {
            let count = Int(sites[site].ready) + Int(sites[site].carried) + waiting(at: site)
            if count > 0 || sites[site].isBackedOff || sites[site].isSuspended || sites[site].heldUntil != nil {
                found.append((count, site))
            }
        }
        found.sort { ($0.count, records[$1.site].name) > ($1.count, records[$0.site].name) }
        return found.prefix(max(0, limit)).map(\.site)
    }

    /// Deliveries that went to the site last and wait for their next attempt.
    private func waiting(at site: SiteIndex) -> Int {
        var sum = 0
        var destination = sites[site].firstDestination
        while destination != .none {
            sum += destinations[destination].waiting.count
            destination = destinations[destination].nextOfSite
        }
        return sum
    }

    func view(of site: SiteIndex, shard: Int) -> SiteView {
        SiteView(
            name: records[site].name, shard: shard, ready: Int(sites[site].ready), carried: Int(sites[site].carried),
            lanes: sites[site].lanes.count, allowance: lanesAllowed(site),
            backOffUntil: records[site].health.blockedUntil.map(clock.instant), reason: records[site].health.reason)
    }

    func detail(of site: SiteIndex, shard: Int, now: MonotonicInstant) -> SiteDetail {
        var detail = SiteDetail(
            view: view(of: site, shard: shard), waiting: 0, transactional: 0, broadcast: 0, tenants: [],
            sources: sources(at: site, now: now), holds: holds(at: site), limits: [],
            throttles: meters.terms(of: sites[site].meter)?.lines ?? [], reason: reason(forNextOf: site, now: now),
            oldest: nil, delivered: records[site].verdicts.delivered, deferred: records[site].verdicts.deferred,
            bounced: records[site].verdicts.bounced, lastReply: records[site].lastReply?.description)
        detail.limits = temporaryLimits.filter { $0.key.name == records[site].name }
        var tenants: [UUIDv7: (transactional: Int, broadcast: Int)] = [:]
        var oldest = UInt32.none
        func older(_ delivery: UInt32) {
            guard delivery != .none else { return }
            let message = deliveries[delivery].message
            if oldest == .none || messages[message].id < messages[oldest].id { oldest = message }
        }
        var flow = sites[site].firstFlow
        while flow != .none {
            let key = groups[flows[flow].key.group].key
            let count = flows[flow].list.count
            switch key.stream {
            case .transactional:
                detail.transactional += count
                tenants[self.tenants[Int(key.tenant)].id, default: (0, 0)].transactional += count
            case .broadcast:
                detail.broadcast += count
                tenants[self.tenants[Int(key.tenant)].id, default: (0, 0)].broadcast += count
            }
            older(flows[flow].list.head)
            flow = flows[flow].nextOfSite
        }
        var destination = sites[site].firstDestination
        while destination != .none {
            detail.waiting += destinations[destination].waiting.count
            older(destinations[destination].waiting.head)
            destination = destinations[destination].nextOfSite
        }
        detail.tenants = TenantLine.lines(tenants)
        detail.oldest = oldest == .none ? nil : messages[oldest].id.time
        return detail
    }

    /// What keeps the site back, or all that lies ready at it; of that the first speaks for the rest.
    private func reason(forNextOf site: SiteIndex, now: MonotonicInstant) -> WaitReason? {
        if let reason = reason(forSite: site, now: now) { return reason }
        guard sites[site].ready > 0, sites[site].carried == 0 else { return nil }
        var flow = sites[site].firstFlow
        while flow != .none, flows[flow].list.isEmpty { flow = flows[flow].nextOfSite }
        guard flow != .none else { return nil }
        let reason = reason(forFlow: flow, now: now)
        if case .turn = reason { return nil }
        return reason
    }

    private func holds(at site: SiteIndex) -> [Hold] {
        holds.isEmpty ? [] : holds.holds.filter { $0.scope.site == records[site].name }
    }

    private func sources(at site: SiteIndex, now: MonotonicInstant) -> [SiteSourceLine] {
        guard egress.isOn else { return [] }
        let known = records[site].egress?.sources ?? []
        return egress.sources.enumerated().compactMap { place, source in
            guard source.source != nil else { return nil }
            let entry = place < known.count ? known[place] : SiteEgress.Source()
            return SiteSourceLine(
                source: source.name, lanes: entry.lanes, delivered: entry.verdicts.delivered,
                reason: reason(for: UInt16(place), at: site, now: now))
        }
    }
}

extension TenantLine {
    /// More than these nobody reads.
    static let limit = 1_000

    /// Those with mail, the fullest first.
    static func lines(_ counts: [UUIDv7: (transactional: Int, broadcast: Int)]) -> [TenantLine] {
        let lines = counts.compactMap { tenant, count in
            count.transactional + count.broadcast > 0
                ? TenantLine(tenant: tenant, transactional: count.transactional, broadcast: count.broadcast) : nil
        }
        return Array(
            lines.sorted {
                ($0.transactional + $0.broadcast, $1.tenant) > ($1.transactional + $1.broadcast, $0.tenant)
            }.prefix(limit))
    }
}

extension MeterTerms {
    /// Each figure with the rule that states it, as `message_rate 100/s (limits[2])`.
    var lines: [String] {
        var lines: [String] = []
        if let rate = messageRate { lines.append("message_rate \(rate.value.text) (\(rate.rule))") }
        if let rate = connectionRate { lines.append("connection_rate \(rate.value.text) (\(rate.rule))") }
        if let count = connections { lines.append("connections \(count.value) (\(count.rule))") }
        if let count = messagesPerConnection {
            lines.append("messages_per_connection \(count.value) (\(count.rule))")
        }
        return lines
    }
}

extension RateLimit {
    /// `100/s`, `20/min`, `5/3h`.
    var text: String {
        let units: [(Duration, String)] = [(.seconds(86_400), "d"), (.seconds(3_600), "h"), (.seconds(60), "min")]
        for (unit, name) in units where period.components.attoseconds == 0 {
            let (seconds, of) = (period.components.seconds, unit.components.seconds)
            if seconds % of == 0 { return seconds == of ? "\(count)/\(name)" : "\(count)/\(seconds / of)\(name)" }
        }
        if period == .seconds(1) { return "\(count)/s" }
        if period.components.attoseconds == 0 { return "\(count)/\(period.components.seconds)s" }
        return "\(count)/\(period.wholeMilliseconds)ms"
    }
}
