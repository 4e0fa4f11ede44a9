import Mail
import Testing

@testable import Queue

/// A day at the post office, made from a seed: sites and tenants with random limits, random mail, lanes that take a
/// random time. What went out is written down, so that the tests can count.
struct ThrottledTraffic {
    struct Sent {
        var at: Int64
        var site: Int
        var tenant: Int
        var count: Int
    }

    private static let limits = SiteLimits(connections: 4, recipientsPerTransaction: 5)

    var random: SplitMix64
    let siteLimits: [ThrottleLimits]
    let tenantLimits: [ThrottleLimits]
    let table: ThrottleTable
    private(set) var sent: [Sent] = []
    private(set) var admitted = 0
    /// Moments at which mail lay ready, nothing was under way, and no reason was given.
    private(set) var unexplained = 0
    private(set) var mostLanes: [Int]
    private(set) var mostUnderWay: [Int]

    init(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        func limits(_ random: inout SplitMix64) throws -> ThrottleLimits {
            var limits = ThrottleLimits(connections: Int.random(in: 1...6, using: &random))
            if Bool.random(using: &random) {
                let rate: RateLimit = try #require(
                    RateLimit(
                        count: .random(in: 1...200, using: &random), per: .seconds(1),
                        burst: .random(in: 1...20, using: &random)))
                limits.messageRate = rate
            }
            return limits
        }
        siteLimits = try (0..<3).map { _ in try limits(&random) }
        tenantLimits = try (0..<4).map { _ in try limits(&random) }
        var rules = siteLimits.enumerated().map { ThrottleRule("s\($0)", .site(.exact("site\($0)")), $1) }
        rules += tenantLimits.enumerated().map {
            ThrottleRule("t\($0)", .tenant(.exact("\(UUIDv7(high: 0x7000, low: UInt64($0)))")), $1)
        }
        table = try ThrottleTable(rules)
        mostLanes = siteLimits.map { _ in 0 }
        mostUnderWay = tenantLimits.map { _ in 0 }
        self.random = random
    }

    /// Sends everything, or stops after a number of steps that is far more than enough.
    /// - Returns: whether everything went out.
    mutating func run(messages: Int) -> Bool {
        var options = SchedulerOptions()
        options.throttles = table
        var scheduler = Scheduler(options: options, cacheBytes: 0, start: .at(.zero), seed: 1)
        var underWay: [(until: MonotonicInstant, batch: Batch, tenant: Int)] = []
        var now = MonotonicInstant.at(.zero)
        var left = messages
        for _ in 0..<(messages * 400) {
            if left > 0, Int.random(in: 0..<3, using: &random) > 0 {
                left -= 1
                admit(messages - left, to: &scheduler, now: now)
            }
            _ = scheduler.advance(to: now)
            while let (destination, key) = scheduler.nextUnrouted() {
                let site = scheduler.site(
                    named: String(key.domain.text.dropLast(5)), limits: Self.limits, now: now)
                scheduler.routed(destination, to: site)
            }
            while let batch = scheduler.assign(now: now) { start(batch, scheduler, &underWay, now) }
            observe(scheduler, underWay.map(\.tenant))
            if left == 0, underWay.isEmpty, scheduler.counts.deliveries == 0 { return true }
            if underWay.isEmpty, scheduler.counts.ready > 0 { explain(scheduler, upTo: messages, now: now) }
            // To the next thing that happens, be it a little late, as alarms are.
            var next = underWay.map(\.until).min() ?? .distantFuture
            if let deadline = scheduler.nextDeadline { next = min(next, deadline) }
            if left > 0 { next = min(next, now + .milliseconds(Int.random(in: 0...30, using: &random))) }
            if next == .distantFuture { return false }
            now = max(now, next + .microseconds(Int.random(in: 0...900, using: &random)))
            underWay.sort { $0.until < $1.until }
            while let first = underWay.first, first.until <= now {
                underWay.removeFirst()
                let batch = first.batch
                let outcome = Int.random(in: 0..<20, using: &random) == 0 ? Sample.greylisted : Sample.delivered
                if let more = scheduler.finishAndGoOn(batch, outcome, now: now) {
                    start(more, scheduler, &underWay, now)
                }
            }
        }
        return false
    }

    private mutating func admit(_ number: Int, to scheduler: inout Scheduler, now: MonotonicInstant) {
        let tenant = Int.random(in: 0..<4, using: &random)
        let recipients = Int.random(in: 1...12, using: &random)
        let message = Sample.message(
            number, tenant: tenant, stream: Bool.random(using: &random) ? .transactional : .broadcast)
        let site = Int.random(in: 0..<3, using: &random)
        scheduler.takeIn(
            Sample.parcel(message, to: "site\(site).test", recipients: recipients), site: "site\(site)",
            limits: Self.limits, now: now)
        admitted += recipients
    }

    private mutating func start(
        _ batch: Batch, _ scheduler: borrowing Scheduler,
        _ underWay: inout [(until: MonotonicInstant, batch: Batch, tenant: Int)], _ now: MonotonicInstant
    ) {
        let tenant = Int(scheduler.tenant(of: batch.message).low)
        let site = siteNumber(scheduler.records[batch.site].name)
        sent.append(Sent(at: now.nanoseconds, site: site, tenant: tenant, count: batch.count))
        underWay.append((now + .milliseconds(Int.random(in: 1...80, using: &random)), batch, tenant))
        observe(scheduler, underWay.map(\.tenant))
    }

    private func siteNumber(_ name: String) -> Int { Int(String(name.dropFirst(4))) ?? -1 }

    private mutating func observe(_ scheduler: borrowing Scheduler, _ tenants: [Int]) {
        for number in scheduler.siteNumbers.numbers {
            let site = siteNumber(scheduler.records[number].name)
            mostLanes[site] = max(mostLanes[site], scheduler.sites[number].lanes.count)
        }
        for tenant in mostUnderWay.indices {
            mostUnderWay[tenant] = max(mostUnderWay[tenant], tenants.filter { $0 == tenant }.count)
        }
    }

    /// Nothing is under way though mail is ready: then a limit must say so, with a time that is still to come; or that
    /// time has come within this millisecond, which is as often as the scheduler looks at its clock.
    private mutating func explain(_ scheduler: borrowing Scheduler, upTo messages: Int, now: MonotonicInstant) {
        for number in 1...messages {
            for entry in scheduler.explain(Sample.id(number), now: now) {
                switch entry.reason {
                case .throttled(let refusal):
                    if let earliest = refusal.earliest, earliest > now, scheduler.nextDeadline != nil { continue }
                    unexplained += 1
                case .turn(let site):
                    if !isAboutToLook(scheduler, site, now: now) { unexplained += 1 }
                case .retry, .scheduled: continue
                case .underWay, .routing, .siteBackOff, .siteConnections, .shardConnections, .suspended, .held, .daily:
                    unexplained += 1
                }
            }
        }
    }

    private func isAboutToLook(_ scheduler: borrowing Scheduler, _ name: String, now: MonotonicInstant) -> Bool {
        guard let site = scheduler.findSite(named: name) else { return false }
        let next = scheduler.clock.elapsed(now) + 1
        if let held = scheduler.sites[site].heldUntil { return held <= next }
        return scheduler.parkedFlows().contains { $0.site == site && ($0.until ?? .max) <= next }
    }
}
