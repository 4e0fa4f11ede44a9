import Mail
import Testing

@testable import Queue

/// Everything that can stand between a delivery and a lane, at random and all at once: holds that come and go, daily
/// caps, rates, sources with weights and overflow, reloads, re-routes, back-offs, cancellations.
@Suite struct GateModelTests {
    /// Nothing that is held or capped leaves, whatever waits says why and when, the counts agree with what is there, and
    /// once all is released everything leaves and nothing is left behind.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func holdsWhatItMustAndLosesNothing(part: UInt64) throws {
        for seed in (part * 4)..<(part * 4 + 4) {
            var run = try GateRun(seed: seed)
            for _ in 0..<120 { try run.step() }
            try run.end()
        }
    }
}

private struct GateRun: ~Copyable {
    static let day = Duration.seconds(2_000)
    let daily: FakeDailyLedger
    let caps: [DailyKey: Int]
    var random: SplitMix64
    var scheduler: Scheduler
    var now = MonotonicInstant(nanoseconds: 1_000_000_000)
    var lanes: [Batch] = []
    var active: [Hold] = []
    var next = 0
    var admitted = 0
    var left = 0

    init(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var caps: [DailyKey: Int] = [:]
        func maybe(_ key: DailyKey) {
            if Bool.random(using: &random) { caps[key] = Int.random(in: 1...40, using: &random) }
        }
        for tenant in 0..<3 { maybe(.tenantQuota(Sample.tenant(tenant))) }
        for campaign in 0..<2 { maybe(.campaignQuota(Sample.id(7_000 + campaign))) }
        for source in 0..<3 { for group in ["p", "other"] { maybe(.warmup(source: "s\(source)", group: group)) } }
        daily = FakeDailyLedger(caps, day: Self.day)
        self.caps = caps
        var options = SchedulerOptions()
        options.daily = daily
        options.siteIdle = .seconds(30)
        options.quantum = 3
        options.retry = RetryPolicy(first: .seconds(20), factor: 2, cap: .seconds(60), jitter: 0.2)
        options.siteBackOff = RetryPolicy(first: .seconds(5), factor: 2, cap: .seconds(20), jitter: 0.2)
        options.egress = try Self.egress(&random)
        options.throttles = try Self.throttles(&random)
        scheduler = Scheduler(
            options: options, cacheBytes: 0, start: MonotonicInstant(nanoseconds: 1_000_000_000), seed: seed)
        self.random = random
    }

    static func egress(_ random: inout SplitMix64) throws -> EgressTable {
        if Int.random(in: 0..<4, using: &random) == 0 { return .none }
        return try Sample.egress(
            (0..<Int.random(in: 1...3, using: &random)).map { _ in Int.random(in: 1...4, using: &random) },
            overflow: Bool.random(using: &random))
    }

    static func throttles(_ random: inout SplitMix64) throws -> ThrottleTable {
        let matches: [(String, ThrottleMatch)] = [
            ("site", .site(.any)), ("source", .source(.any)), ("pair", .site(.any, source: .any)),
            ("tenant", .tenant(.any)), ("campaign", .campaign(.any)),
        ]
        var rules: [ThrottleRule] = []
        for (name, match) in matches where Bool.random(using: &random) {
            let rate: RateLimit = try #require(
                RateLimit(
                    count: .random(in: 1...20, using: &random), per: .seconds(1),
                    burst: .random(in: 1...10, using: &random)))
            let connections = Bool.random(using: &random) ? Int.random(in: 1...4, using: &random) : nil
            rules.append(ThrottleRule(name, match, ThrottleLimits(messageRate: rate, connections: connections)))
        }
        return try ThrottleTable(rules)
    }

    mutating func chance(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    mutating func step() throws {
        switch chance(16) {
        case 0, 1, 2, 3: admit()
        case 4: advance(by: .milliseconds(chance(60_000)))
        case 5, 6: advance(by: .milliseconds(chance(300)))
        case 7, 8, 9: open()
        case 10, 11, 12: finishOne()
        case 13: hold()
        case 14: release()
        default: try rare()
        }
        check()
    }

    mutating func rare() throws {
        switch chance(4) {
        case 0:
            let (leaving, _) = scheduler.cancel(Sample.id(chance(max(1, next))))
            left += leaving?.deliveries.count ?? 0
        case 1:
            var options = scheduler.options
            options.egress = try Self.egress(&random)
            options.throttles = try Self.throttles(&random)
            scheduler.replace(options: options, now: now)
        case 2:
            guard let message = scheduler.find(Sample.id(chance(max(1, next)))) else { return }
            var key = scheduler.groups[scheduler.messages[message].group].key
            key.chosenPool = scheduler.poolNumber(["main", "spare", "gone"][chance(3)])
            scheduler.regroup(message, to: scheduler.group(for: key))
        default:
            let limit = TemporaryLimit(
                rule: "t\(chance(2))", key: MeterKey(.site, "d:@p"), change: .slow(0.3), reply: "",
                until: WallTime(milliseconds: 0))
            scheduler.apply(limit, until: now + .seconds(chance(60)), now: now)
        }
    }

    mutating func admit() {
        var message = Sample.message(
            next, tenant: chance(3), stream: chance(2) == 0 ? .broadcast : .transactional,
            expiry: now + .seconds(9_000_000))
        if chance(2) == 0 { message.campaign = Sample.id(7_000 + chance(2)) }
        next += 1
        let recipients = 1 + chance(6)
        admitted += recipients
        let domain = chance(3)
        scheduler.takeIn(
            Sample.parcel(message, to: "d\(domain).test", recipients: recipients), site: Self.site(domain),
            limits: SiteLimits(connections: 3, recipientsPerTransaction: 4), now: now)
    }

    static func site(_ domain: Int) -> String { domain == 0 ? "d:@p" : "d\(domain)" }

    mutating func advance(by duration: Duration) {
        now = now + duration
        holds(scheduler.advance(to: now).isEmpty)
        active.removeAll { $0.until.map { $0.milliseconds <= now.nanoseconds / 1_000_000 } ?? false }
        while let (destination, key) = scheduler.nextUnrouted() {
            let domain = Int(key.domain.text.dropFirst().prefix(1)) ?? 0
            let site = scheduler.site(
                named: Self.site(domain), limits: SiteLimits(connections: 3, recipientsPerTransaction: 4), now: now)
            scheduler.routed(destination, to: site)
        }
    }

    mutating func open() {
        while let batch = scheduler.assign(now: now) { took(batch) }
    }

    mutating func took(_ batch: Batch) {
        lanes.append(batch)
        let facts = scheduler.facts(of: batch.message)
        let site = scheduler.records[batch.site].name
        let source = batch.source == .none ? nil : scheduler.egress.sources[Int(batch.source)].name
        for hold in active {
            switch hold.scope {
            case .site(let name): holds(name != site)
            case .tenant(let tenant): holds(tenant != facts.tenant)
            case .campaign(let campaign): holds(campaign != facts.campaign)
            case .siteAndTenant(let name, let tenant): holds(name != site || tenant != facts.tenant)
            case .source(let name): holds(name != source)
            case .siteAndSource(let name, let from): holds(name != site || from != source)
            }
        }
    }

    mutating func finishOne() {
        guard !lanes.isEmpty else { return }
        let batch = lanes.remove(at: chance(lanes.count))
        let outcome = [
            Sample.delivered, Sample.delivered, Sample.delivered, Sample.greylisted, Sample.unknownUser, Sample.refused,
        ][chance(6)]
        let dispositions = scheduler.finish(batch, [Outcome](repeating: outcome, count: batch.count), now: now)
        for disposition in dispositions {
            switch disposition {
            case .finished, .cancelled, .givenUp: left += 1
            case .retry: break
            }
        }
        if let more = scheduler.next(on: batch.lane, of: batch.site, carried: 1, now: now) { took(more) }
    }

    mutating func hold() {
        let scopes: [Hold.Scope] = [
            .site(Self.site(chance(3))), .tenant(Sample.tenant(chance(3))), .campaign(Sample.id(7_000 + chance(2))),
            .siteAndTenant(site: Self.site(chance(3)), tenant: Sample.tenant(chance(3))), .source("s\(chance(3))"),
            .siteAndSource(site: Self.site(chance(3)), source: "s\(chance(3))"),
        ]
        var hold = Sample.hold(next, scopes[chance(scopes.count)])
        next += 1
        if chance(2) == 0 {
            // The wall clock of this test is its monotonic one.
            hold.until = WallTime(milliseconds: now.nanoseconds / 1_000_000 + Int64(chance(30_000)))
        }
        let until = hold.until.map { MonotonicInstant(nanoseconds: $0.milliseconds * 1_000_000) }
        scheduler.apply(hold, until: until, now: now)
        active.append(hold)
    }

    mutating func release() {
        guard !active.isEmpty else { return }
        scheduler.release(hold: active.remove(at: chance(active.count)).id)
    }

    func check() {
        for (key, cap) in caps { holds(daily.settled(key).most <= cap) }
        var ready = 0
        for site in scheduler.siteNumbers.numbers {
            var (inFlows, open, parked) = (0, 0, 0)
            var flow = scheduler.sites[site].firstFlow
            while flow != .none {
                let count = scheduler.flows[flow].list.count
                inFlows += count
                if scheduler.flows[flow].isParked { parked += 1 } else { open += count }
                flow = scheduler.flows[flow].nextOfSite
            }
            holds(inFlows == Int(scheduler.sites[site].ready) && open == Int(scheduler.sites[site].open))
            holds(parked == Int(scheduler.sites[site].parked))
            ready += inFlows
        }
        holds(ready == scheduler.counts.ready && scheduler.counts.carried == lanes.reduce(0) { $0 + $1.count })
        holds(scheduler.counts.deliveries == admitted - left)
        var deliveries = 0
        for group in scheduler.groupNumbers.values { deliveries += Int(scheduler.groups[group].deliveries) }
        holds(deliveries == admitted - left)
    }

    /// Nothing under way, nothing to do before the next deadline: then whatever is ready has a reason with a time, or
    /// one of a kind that has none.
    func explainAll() {
        guard scheduler.counts.ready > 0 else { return }
        for number in 0..<next {
            for found in scheduler.explanations(of: Sample.id(number), now: now) {
                switch found.reason {
                case .throttled, .daily, .siteBackOff:
                    if found.earliest == nil || scheduler.nextDeadline == nil { Issue.record("\(found)") }
                case .retry, .scheduled, .held: break
                case .turn(let site):
                    if !isAboutToLook(at: site) {
                        Issue.record(
                            "\(found) at \(scheduler.clock.elapsed(now)): \(scheduler.parkedFlows().map { ($0, scheduler.flows[$0.flow].park) })"
                        )
                    }
                case .underWay, .routing, .siteConnections, .shardConnections, .suspended:
                    Issue.record("\(found.reason)")
                }
            }
        }
    }

    /// Credit has come within the millisecond that the scheduler's timers count in, or a place a moment ago.
    func isAboutToLook(at name: String) -> Bool {
        guard let site = scheduler.findSite(named: name) else { return false }
        let soon = scheduler.clock.elapsed(now) + Scheduler.crowdedWait
        if let held = scheduler.sites[site].heldUntil { return held <= soon }
        return scheduler.parkedFlows().contains { $0.site == site && ($0.until ?? .max) <= soon }
    }

    mutating func end() throws {
        for hold in active { scheduler.release(hold: hold.id) }
        active = []
        var rounds = 0
        while admitted > left, rounds < 20_000 {
            rounds += 1
            open()
            if lanes.isEmpty {
                if rounds % 16 == 0 { explainAll() }
                let deadline = try need(scheduler.nextDeadline)
                advance(by: max(.milliseconds(1), deadline - now))
            } else {
                while !lanes.isEmpty { finishOne() }
            }
            check()
        }
        holds(admitted == left)
        while !lanes.isEmpty { finishOne() }
        // Sites are remembered for a while.
        for _ in 0..<5 {
            open()
            advance(by: .seconds(4_000))
        }
        holds(scheduler.sites.count == 0 && scheduler.flows.count == 0 && scheduler.turns.count == 0)
        holds(scheduler.groups.count == 0 && scheduler.messages.count == 0 && scheduler.destinations.count == 0)
        holds(scheduler.egress.sources.allSatisfy { $0.lanes == 0 })
    }
}
