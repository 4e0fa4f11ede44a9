import Mail

@testable import Queue

/// A small world made from a seed: a few receivers with limits, moods and outages, a few tenants with mail, rules, and
/// an operator who interferes. Everything in it ends: the plan is as long as the traffic and the longest life together.
struct RandomWorld {
    let seed: UInt64
    private(set) var plan: SimulationPlan
    private(set) var rules: [ThrottleRule] = []
    /// Those after the reload, if there is one.
    private(set) var laterRules: [ThrottleRule] = []
    /// By source and group.
    private(set) var warmups: [String: [String: WarmupPlan]] = [:]
    private var tenantQuota: Int?
    private var campaignQuota: Int?
    /// Nanoseconds that alarms ring late at most.
    let lateness: Int64
    private var limitsBySite: [String: SiteLimits] = [:]

    static let tenants = (0..<3).map { UUIDv7(high: 0x7000, low: 0x8000_0000_0000_0000 | UInt64($0)) }

    static let campaigns = (0..<3).map { UUIDv7(high: 0x7001, low: 0x8000_0000_0000_0000 | UInt64($0)) }

    func quota(of key: DailyKey) -> Int? {
        switch key {
        case .tenantQuota: tenantQuota
        case .campaignQuota: campaignQuota
        case .warmup: nil
        }
    }

    func limits(ofSite name: String) -> SiteLimits { limitsBySite[name] ?? SiteLimits() }

    init(seed: UInt64) {
        self.seed = seed
        var random = SplitMix64(seed: seed)
        lateness = random.chance(2) ? 0 : Int64(random.within(1...3_000_000))
        let providers = ["google", "microsoft", "yahoo"]
        var sites: [SiteScript] = []
        for number in 0..<random.within(1...3) {
            sites.append(Self.site(number, random.chance(2) ? providers[number] : nil, &random))
        }
        let hours = random.within(1...3)
        // Caps make mail wait for tomorrow.
        let hasDays = random.chance(3)
        var traffic: [TrafficScript] = []
        for number in 0..<random.within(1...4) { traffic.append(Self.traffic(number, hours, hasDays, &random)) }
        let life = traffic.compactMap(\.lifetime).max() ?? .seconds(3_600)
        plan = SimulationPlan(length: .seconds(hours * 3_600 + 7_200) + life, sites: sites, traffic: traffic)
        plan.options = Self.options(&random)
        if random.chance(2) { plan.options.egress = Self.egress(&random) }
        plan.keepsConnections = .seconds(random.within(1...60))
        for script in sites {
            for domain in script.domains.indices { limitsBySite[script.site(of: domain)] = script.limits }
        }
        let names = limitsBySite.keys.sorted()
        let sources = plan.options.egress.sources.map(\.name)
        rules = Self.rules(sites, sources, &random)
        laterRules = rules
        plan.options.throttles = (try? ThrottleTable(rules)) ?? .empty
        plan.verbs = Self.verbs(hours, traffic.count, names, sources, setsClock: !hasDays, &random)
        if random.chance(4) {
            laterRules = Self.rules(sites, sources, &random)
            let table = (try? ThrottleTable(laterRules)) ?? .empty
            plan.verbs.append(ScriptedVerb(at: .milliseconds(random.within(0...(hours * 3_600_000))), .reload(table)))
        }
        if hasDays { addCaps(sources, sites, &random) }
        if random.chance(3) { plan.shaping = Self.shaping(&random) }
        plan.verbs += Self.selections(hours, sites.flatMap(\.domains), &random)
    }

    private mutating func addCaps(_ sources: [String], _ sites: [SiteScript], _ random: inout SplitMix64) {
        var assignments: [WarmupTable.Assignment] = []
        for source in sources where random.chance(2) {
            var plans: [String: WarmupPlan] = [:]
            for group in ["other"] + sites.compactMap(\.provider) where group == "other" || random.chance(2) {
                var cap = random.within(1...20)
                var caps: [Int] = []
                for _ in 0..<random.within(1...4) {
                    caps.append(cap)
                    cap += random.within(0...40)
                }
                plans[group] = try? WarmupPlan("plan", caps: caps)
            }
            warmups[source] = plans
            assignments.append(.init(source: source, plans: plans))
        }
        plan.daily.warmups = (try? WarmupTable(assignments)) ?? .none
        var quotas: [QuotaTable.Rule] = []
        if random.chance(2) {
            tenantQuota = random.within(1...80)
            quotas.append(.init("tenants", .tenant(nil), cap: tenantQuota ?? 1))
        }
        if random.chance(3) {
            campaignQuota = random.within(1...40)
            quotas.append(.init("campaigns", .campaign(nil), cap: campaignQuota ?? 1))
        }
        plan.daily.quotas = (try? QuotaTable(quotas)) ?? .none
    }

    private static func egress(_ random: inout SplitMix64) -> EgressTable {
        let sources = (0..<random.within(1...4)).map { EgressSource(name: "ip\($0)") }
        var pools = [SourcePool(name: "main", members: members(sources.count, &random))]
        var rules = [PoolRule(pool: "main")]
        if random.chance(2) {
            pools.append(SourcePool(name: "spare", members: members(sources.count, &random)))
            if random.chance(2) { pools[0].overflow = "spare" }
            switch random.within(0...2) {
            case 0: rules.append(PoolRule(tenant: tenants[0], pool: "spare"))
            case 1: rules.append(PoolRule(stream: .broadcast, pool: "spare"))
            default: rules.append(PoolRule(campaign: campaigns[0], pool: "spare"))
            }
        }
        return (try? EgressTable(sources: sources, pools: pools, rules: rules)) ?? .none
    }

    private static func phrases(_ texts: String...) -> [ShapingPhrase] { texts.compactMap { ShapingPhrase($0) } }

    private static func members(_ count: Int, _ random: inout SplitMix64) -> [SourcePool.Member] {
        let first = random.within(0...(count - 1))
        return (0..<count).filter { $0 == first || random.chance(2) }
            .map { SourcePool.Member(source: $0, weight: random.within(1...5)) }
    }

    /// A few rules of every kind, for the texts that `SiteReplies` has.
    private static func shaping(_ random: inout SplitMix64) -> ShapingRules? {
        let slow = ShapingAction.slow(0.5)
        let kinds: [(ShapingPattern, [ShapingAction], Duration?)] = [
            (ShapingPattern(phrases: phrases("too many connections")), [.suspend], .seconds(random.within(10...900))),
            (
                ShapingPattern(phrases: phrases("slow down", "rate limited", "unusual volume")), [slow],
                .seconds(random.within(10...900))
            ),
            (ShapingPattern(phrases: phrases("greylisted")), [.retry(after: .seconds(random.within(1...600)))], nil),
            (ShapingPattern(phrases: phrases("reputation")), [.failover], .seconds(random.within(10...900))),
            (ShapingPattern(phrases: phrases("internal error")), [.bounce], nil),
        ]
        let scopes: [ShapingScope] = [.site, .siteAndSource, .tenant]
        var rules: [ShapingRule] = []
        for (number, kind) in kinds.enumerated() where random.chance(2) {
            let isLimit = kind.1 == [slow]
            let scope: ShapingScope =
                kind.1 == [.failover] ? .siteAndSource : isLimit ? .site : scopes[random.within(0...2)]
            rules.append(
                ShapingRule(
                    "shape\(number)", kind.0,
                    trigger: random.chance(2)
                        ? .immediate
                        : .threshold(count: random.within(2...5), period: .seconds(random.within(5...600))),
                    actions: kind.1, on: scope, for: kind.2))
        }
        return try? ShapingRules(rules)
    }

    private static func site(_ number: Int, _ provider: String?, _ random: inout SplitMix64) -> SiteScript {
        var script = SiteScript(
            name: provider ?? "other\(number)", provider: provider,
            domains: (0..<random.within(1...3)).map { Domain(canonical: "d\($0)-\(number).test") })
        script.limits = SiteLimits(
            connections: random.within(1...5), recipientsPerTransaction: random.within(1...6),
            mixesDestinations: provider == nil)
        script.share = Double(random.within(1...4))
        if random.chance(3) { script.connections = random.within(1...4) }
        if random.chance(3) { script.messages = random.rate(1...50) }
        if random.chance(4) { script.trust = .init(first: random.within(1...60), factor: 2, maximum: 1_000) }
        if random.chance(3) {
            script.greylisting = .init(delay: .seconds(random.within(10...900)), known: random.share())
        }
        if random.chance(4) {
            script.reputation = .init(
                strike: random.share() / 4, unknownUser: random.share() / 4, recovery: 1, threshold: 0.5,
                block: .seconds(random.within(10...1_200)))
        }
        if random.chance(3) {
            script.outages = [
                .init(
                    start: .seconds(random.within(0...5_000)), length: .seconds(random.within(1...1_500)),
                    kind: random.chance(2) ? .refused : .timeout)
            ]
        }
        if random.chance(2) { script.temporaryFailures = random.share() / 2 }
        if random.chance(2) { script.unknownUsers = random.share() / 3 }
        if random.chance(4) { script.dnsFailures = random.share() / 2 }
        script.population = random.within(5...500)
        script.latency.connect = .milliseconds(random.within(1...900))
        script.latency.transaction = .milliseconds(random.within(1...2_000))
        script.latency.spread = random.share()
        return script
    }

    private static func traffic(
        _ number: Int, _ hours: Int, _ hasDays: Bool, _ random: inout SplitMix64
    ) -> TrafficScript {
        var script = TrafficScript(
            name: "traffic\(number)", tenant: tenants[random.within(0...2)],
            stream: random.chance(2) ? .transactional : .broadcast,
            perDay: random.chance(4) ? 0 : Double(random.within(1...40)))
        script.hours = (0..<24).map { $0 < hours ? 1 : 0 }
        script.days = 0..<1
        script.recipientsPerMessage = random.chance(2) ? 1 : random.within(1...7)
        if random.chance(2) {
            script.bursts = [
                .init(
                    day: 0, time: .seconds(random.within(0...(hours * 3_600))), count: random.within(1...40),
                    rate: random.within(20...5_000))
            ]
        }
        if random.chance(3) {
            script.scheduled = random.share()
            script.scheduledAhead = .seconds(random.within(1...5_000))
        }
        script.lifetime = .seconds(hasDays ? random.within(3_600...250_000) : random.within(30...7_200))
        if random.chance(2) { script.campaign = campaigns[random.within(0...2)] }
        return script
    }

    private static func options(_ random: inout SplitMix64) -> SchedulerOptions {
        var options = SchedulerOptions()
        options.quantum = random.within(1...12)
        options.broadcastFloor = random.within(2...6)
        options.lanes = random.within(1...12)
        options.batchesPerTurn = random.within(1...5)
        options.siteIdle = .seconds(random.within(1...200))
        options.siteBackOff = RetryPolicy(
            first: .seconds(random.within(1...60)), factor: 2, cap: .seconds(600), jitter: random.share() / 2)
        options.retryPlan.policy = RetryPolicy(
            first: .seconds(random.within(1...200)), factor: 1 + random.share() * 2, cap: .seconds(1_800),
            jitter: random.share() / 2)
        options.retryPlan.classes = random.chance(2) ? [:] : options.retryPlan.classes
        return options
    }
}

extension SplitMix64 {
    /// One in so many.
    mutating func chance(_ count: Int) -> Bool { next() % UInt64(count) == 0 }

    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    mutating func rate(_ counts: ClosedRange<Int>) -> RateLimit? {
        let periods: [Duration] = [.seconds(1), .seconds(7), .seconds(60)]
        return RateLimit(
            count: within(counts), per: periods[within(0...2)], burst: chance(2) ? nil : within(1...20))
    }
}
