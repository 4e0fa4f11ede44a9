import Mail

/// Names become numbers, and groups and sites learn what the configuration has for them.
extension Scheduler {
    /// Reads the table in force.
    mutating func resolveEgress() {
        let table = options.egress
        egress.isOn = !table.isEmpty
        for place in egress.sources.indices { egress.sources[place].source = nil }
        var numbers: [UInt16] = []
        for source in table.sources {
            let number = sourceNumber(source.name)
            egress.sources[Int(number)].source = source
            numbers.append(number)
        }
        for place in egress.sources.indices { resolve(source: place) }
        var known = Set<UInt16>()
        egress.numbersOfPools = table.pools.map { poolNumber($0.name) }
        for (place, pool) in table.pools.enumerated() {
            let number = egress.numbersOfPools[place]
            known.insert(number)
            let members = pool.members.map { EgressState.Pool.Member(source: numbers[$0.source], weight: $0.weight) }
            change(number, to: members, overflow: pool.overflow.map { poolNumber($0) } ?? .none)
        }
        for number in egress.pools.indices.map(UInt16.init) where !known.contains(number) {
            change(number, to: [], overflow: .none)
        }
        updateGates()
    }

    private mutating func change(_ pool: UInt16, to members: [EgressState.Pool.Member], overflow: UInt16) {
        egress.pools[Int(pool)].overflow = overflow
        guard egress.pools[Int(pool)].members != members else { return }
        egress.pools[Int(pool)].members = members
        egress.pools[Int(pool)].version &+= 1
    }

    private mutating func sourceNumber(_ name: String) -> UInt16 {
        if let number = egress.sourceNumbers[name] { return number }
        precondition(egress.sources.count < Int(UInt16.max), "more than 65,534 sources")
        let number = UInt16(egress.sources.count)
        egress.sources.append(EgressState.Source(name: name))
        egress.sourceNumbers[name] = number
        return number
    }

    /// The number of a pool of that name, whether it is configured or not.
    mutating func poolNumber(_ name: String) -> UInt16 {
        if let number = egress.poolNumbers[name] { return number }
        precondition(egress.pools.count < Int(UInt16.max), "more than 65,534 pools")
        let number = UInt16(egress.pools.count)
        egress.pools.append(EgressState.Pool(name: name))
        egress.poolNumbers[name] = number
        return number
    }

    private mutating func resolve(source place: Int) {
        let key = MeterKey(.source, egress.sources[place].name)
        let had = egress.sources[place].meter
        egress.sources[place].meter = ledger?.number(of: key) ?? .none
        if had != .none { ledger?.release(had) }
        egress.sources[place].messagesPerConnection = options.throttles.terms(for: key)?.messagesPerConnection?.value
    }

    mutating func resolve(tenant place: Int) {
        let id = tenants[place].id
        let had = tenants[place].meter
        tenants[place].meter = .none
        if options.throttles.has(.tenant), let ledger {
            tenants[place].meter = ledger.number(of: MeterKey(.tenant, "\(id)")) ?? .none
        }
        if had != .none { ledger?.release(had) }
        tenants[place].quota = options.daily?.counter(for: .tenantQuota(id)) ?? .none
    }

    mutating func resolve(_ group: UInt32) {
        let key = groups[group].key
        let had = groups[group].meter
        groups[group].meter = .none
        groups[group].quota = .none
        if let campaign = key.campaign {
            if options.throttles.has(.campaign), let ledger {
                groups[group].meter = ledger.number(of: MeterKey(.campaign, "\(campaign)")) ?? .none
            }
            groups[group].quota = options.daily?.counter(for: .campaignQuota(campaign)) ?? .none
        }
        if had != .none { ledger?.release(had) }
        groups[group].pool = pool(for: key)
    }

    /// The pool that an operator has chosen, if there still is one of that name, else the one the table says.
    private func pool(for key: MessageGroup.Key) -> UInt16 {
        guard egress.isOn else { return .none }
        if key.chosenPool != .none, !egress.pools[Int(key.chosenPool)].members.isEmpty { return key.chosenPool }
        let place = options.egress.pool(
            tenant: tenants[Int(key.tenant)].id, stream: key.stream, campaign: key.campaign)
        return place.map { egress.numbersOfPools[$0] } ?? .none
    }

    /// Makes room in a site's record for all sources; what it knew before it was forgotten comes back.
    mutating func prepareEgress(of site: SiteIndex) {
        var made = records[site].egress ?? SiteEgress()
        if records[site].egress == nil, let known = egress.remembered.removeValue(forKey: records[site].name) {
            made = known.egress
            for place in made.sources.indices {
                made.sources[place] = SiteEgress.Source(verdicts: made.sources[place].verdicts)
            }
        }
        let name = records[site].name
        let start = made.sources.count
        for _ in start..<max(start, egress.sources.count) { made.sources.append(SiteEgress.Source()) }
        for place in made.sources.indices {
            resolve(
                &made.sources[place], of: egress.sources[place].name, at: name,
                most: sites[site].limits.connections)
        }
        records[site].egress = made
    }

    private mutating func resolve(
        _ entry: inout SiteEgress.Source, of source: String, at site: String, most: Int
    ) {
        meters.release(entry.meter)
        let key = MeterKey(.siteAndSource, site, source: source)
        entry.meter = meters.number(of: key, connections: most)
        entry.warmup = options.daily?.counter(for: .warmup(source: source, group: Self.group(of: site))) ?? .none
    }

    /// `google` for `direct:@google`; `other` for a site that is no provider's.
    static func group(of site: String) -> String {
        guard let at = site.utf8.lastIndex(of: UInt8(ascii: "@")), at > site.utf8.startIndex,
            site.utf8[site.utf8.index(before: at)] == UInt8(ascii: ":")
        else { return "other" }
        return String(site[site.utf8.index(after: at)...])
    }

    /// A site is forgotten: whose turn it is there is not, for a day, or a site with little mail would always begin anew.
    mutating func forgetEgress(of site: SiteIndex) {
        guard let known = records[site].egress else { return }
        for source in known.sources { meters.release(source.meter) }
        records[site].egress = nil
        let tick = siteTimers.elapsed
        if egress.remembered.count >= egress.sweepAt {
            egress.remembered = egress.remembered.filter { $0.value.until > tick }
            // Whoever owns a zone can make as many sites as they like, and each has a line for every source.
            if egress.remembered.count >= Self.rotationLimit {
                let oldest = egress.remembered.sorted { ($0.value.until, $0.key) < ($1.value.until, $1.key) }
                for (name, _) in oldest.prefix(Self.rotationLimit / 2) { egress.remembered[name] = nil }
            }
            egress.sweepAt = min(Self.rotationLimit, max(1_024, egress.remembered.count * 2))
        }
        egress.remembered[records[site].name] = (known, tick + Self.rotationMemory)
    }

    /// Milliseconds.
    private static var rotationMemory: UInt64 { 24 * 3_600_000 }
    /// Sites that are remembered at most.
    static var rotationLimit: Int { 8_192 }
}
