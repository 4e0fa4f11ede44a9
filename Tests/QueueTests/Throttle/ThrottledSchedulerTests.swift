import Mail
import Testing

@testable import Queue

@Suite struct ThrottledSchedulerTests {
    /// No limit of a site or a tenant is exceeded in any window, everything goes out, and whenever nothing does although
    /// mail is there, a limit says why and until when.
    @Test(arguments: 0..<1_000 as Range<UInt64>)
    func limitsHoldAndNothingStarves(seed: UInt64) throws {
        var traffic = try ThrottledTraffic(seed: seed)
        let isDone = traffic.run(messages: 40)
        #expect(isDone)
        #expect(traffic.sent.reduce(0) { $0 + $1.count } >= traffic.admitted)
        #expect(traffic.unexplained == 0)
        for (site, limits) in traffic.siteLimits.enumerated() {
            let passed = traffic.sent.filter { $0.site == site }.map { (at: $0.at, count: $0.count) }
            if let rate = limits.messageRate { Windows.check(passed, rate) }
            #expect(traffic.mostLanes[site] <= limits.connections ?? .max)
        }
        for (tenant, limits) in traffic.tenantLimits.enumerated() {
            let passed = traffic.sent.filter { $0.tenant == tenant }.map { (at: $0.at, count: $0.count) }
            if let rate = limits.messageRate { Windows.check(passed, rate) }
            #expect(traffic.mostUnderWay[tenant] <= limits.connections ?? .max)
        }
    }

    private static func scheduler(_ rules: ThrottleRule...) throws -> Scheduler {
        let table = try ThrottleTable(rules)
        return Sample.scheduler { $0.throttles = table }
    }

    private static func rate(_ count: Int, _ period: Duration = .seconds(1), burst: Int = 1) throws -> RateLimit {
        try #require(RateLimit(count: count, per: period, burst: burst))
    }

    /// A tenant at its limit does not hold up another one's mail at the same site.
    @Test func aThrottledTenantHoldsUpNobodyElse() throws {
        var scheduler = try Self.scheduler(
            ThrottleRule(
                "slow", .tenant(.exact("\(UUIDv7(high: 0x7000, low: 1))")),
                ThrottleLimits(messageRate: try Self.rate(1, .seconds(3_600)))))
        for number in 0..<100 {
            scheduler.takeIn(
                Sample.parcel(Sample.message(number, tenant: 1)), site: "s", limits: SiteLimits(connections: 1),
                now: .at(.zero))
        }
        scheduler.takeIn(Sample.parcel(Sample.message(500, tenant: 2)), site: "s", now: .at(.zero))
        var batch = try need(scheduler.assign(now: .at(.zero)))
        holds(scheduler.facts(of: batch.message).id == Sample.id(0))
        batch = try need(scheduler.finishAndGoOn(batch, Sample.delivered, now: .at(.zero)))
        holds(scheduler.facts(of: batch.message).id == Sample.id(500))
        holds(scheduler.finishAndGoOn(batch, Sample.delivered, now: .at(.zero)) == nil)
        let parked = scheduler.parkedFlows()
        #expect(parked.map(\.until) == [3_600_000])
        guard case .throttled(let refusal)? = scheduler.explain(Sample.id(50), now: .at(.seconds(1))).first?.reason
        else {
            Issue.record("no reason")
            return
        }
        #expect(refusal.rule == "slow" && refusal.earliest == .at(.seconds(3_600)))
        _ = scheduler.advance(to: .at(.seconds(3_600)))
        let next = try need(scheduler.assign(now: .at(.seconds(3_600))))
        holds(scheduler.facts(of: next.message).id == Sample.id(1))
    }

    /// Transactional mail goes first, also when the site is let go again after a wait.
    @Test func transactionalStaysFirst() throws {
        var scheduler = try Self.scheduler(
            ThrottleRule("r", .site(.any), ThrottleLimits(messageRate: try Self.rate(1, .seconds(10)))))
        for number in 0..<5 {
            scheduler.takeIn(
                Sample.parcel(Sample.message(number, stream: .broadcast)), site: "s", now: .at(.zero))
        }
        let first = try need(scheduler.assign(now: .at(.zero)))
        holds(scheduler.assign(now: .at(.zero)) == nil)
        scheduler.takeIn(Sample.parcel(Sample.message(9)), site: "s", now: .at(.seconds(1)))
        holds(scheduler.finishAndGoOn(first, Sample.delivered, now: .at(.seconds(2))) == nil)
        holds(scheduler.sites[first.site].heldUntil == 10_000)
        holds(scheduler.advance(to: .at(.seconds(9))).isEmpty)
        holds(scheduler.assign(now: .at(.seconds(9))) == nil)
        _ = scheduler.advance(to: .at(.seconds(10)))
        let second = try need(scheduler.assign(now: .at(.seconds(10))))
        holds(scheduler.facts(of: second.message).id == Sample.id(9))
    }

    /// A site that is forgotten while it owes still owes when it comes back.
    @Test func forgettingASiteDoesNotRefillIt() throws {
        var scheduler = try Self.scheduler(
            ThrottleRule("r", .site(.any), ThrottleLimits(messageRate: try Self.rate(1, .seconds(3_600)))))
        scheduler.takeIn(Sample.parcel(Sample.message(1)), site: "s", now: .at(.zero))
        let batch = try need(scheduler.assign(now: .at(.zero)))
        holds(scheduler.finishAndGoOn(batch, Sample.delivered, now: .at(.zero)) == nil)
        _ = scheduler.advance(to: .at(.seconds(1_000)))
        holds(scheduler.sites.count == 0)
        scheduler.takeIn(Sample.parcel(Sample.message(2)), site: "s", now: .at(.seconds(1_000)))
        holds(scheduler.assign(now: .at(.seconds(1_000))) == nil)
        let site = try need(scheduler.findSite(named: "s"))
        holds(scheduler.sites[site].heldUntil == 3_600_000 && scheduler.siteTimers.time(of: site) == 3_600_000)
    }

    /// Mail that expires behind a limit leaves in time, and leaves nothing behind.
    @Test func whatALimitHoldsStillExpires() throws {
        var scheduler = try Self.scheduler(
            ThrottleRule("s", .site(.any), ThrottleLimits(messageRate: try Self.rate(1, .seconds(3_600)))),
            ThrottleRule("t", .tenant(.any), ThrottleLimits(messageRate: try Self.rate(1, .seconds(7_200)))))
        for number in 0..<10 {
            scheduler.takeIn(
                Sample.parcel(Sample.message(number, tenant: number % 2, expiry: .at(.seconds(60)))),
                site: "s\(number % 3)", now: .at(.zero))
        }
        var under: [Batch] = []
        while let batch = scheduler.assign(now: .at(.zero)) { under.append(batch) }
        for batch in under { holds(scheduler.finishAndGoOn(batch, Sample.delivered, now: .at(.zero)) == nil) }
        let leaving = scheduler.advance(to: .at(.seconds(60)))
        #expect(leaving.count + under.count == 10)
        _ = scheduler.advance(to: .at(.seconds(7_200)))
        _ = scheduler.advance(to: .at(.seconds(7_400)))
        holds(scheduler.counts.deliveries == 0 && scheduler.sites.count == 0 && scheduler.flows.count == 0)
        holds(scheduler.nextDeadline == nil && scheduler.crowded.isEmpty)
    }

    /// New connections: one lane may look for an open connection; others wait for credit, and so does the transport.
    @Test func newConnectionsAreCountedWhenTheyAreMade() throws {
        let slow = try Self.rate(1, .seconds(10), burst: 2)
        var scheduler = try Self.scheduler(
            ThrottleRule("c", .site(.any), ThrottleLimits(connectionRate: slow, messagesPerConnection: 7)))
        for number in 0..<9 {
            scheduler.takeIn(Sample.parcel(Sample.message(number)), site: "s", now: .at(.zero))
        }
        let first = try need(scheduler.assign(now: .at(.zero)))
        let terms = try need(scheduler.connectionTerms(of: first))
        #expect(terms.asks && terms.messages == 7)
        holds(scheduler.connect(first, now: .at(.zero)) == nil)
        let second = try need(scheduler.assign(now: .at(.zero)))
        holds(scheduler.connect(second, now: .at(.zero)) == nil)
        holds(scheduler.connect(second, now: .at(.zero)) == .at(.seconds(10)))
        holds(scheduler.assign(now: .at(.zero)) == nil)
        let again = try need(scheduler.finishAndGoOn(first, Sample.delivered, now: .at(.zero)))
        holds(again.lane == first.lane)
        _ = scheduler.advance(to: .at(.seconds(10)))
        let third = try need(scheduler.assign(now: .at(.seconds(10))))
        holds(third.lane == 2 && scheduler.connect(third, now: .at(.seconds(10))) == nil)
    }

    /// One transaction at a provider's site never carries two destinations, and one dead destination does not stop the
    /// provider.
    @Test func aProvidersDestinationsShareLimitsButNotTransactions() throws {
        var scheduler = Sample.scheduler()
        let limits = SiteLimits(connections: 1, mixesDestinations: false)
        let deliveries = ["a.test", "a.test", "b.test", "a.test"].enumerated().map {
            PendingDelivery(recipient: UInt32($0), destination: Domain(canonical: $1))
        }
        scheduler.takeIn(
            Parcel(message: Sample.message(1), deliveries: deliveries), site: "direct:@x", limits: limits,
            now: .at(.zero))
        var batch = try need(scheduler.assign(now: .at(.zero)))
        holds(scheduler.recipients(batch) == [0, 1])
        batch = try need(scheduler.finishAndGoOn(batch, Sample.refused, now: .at(.seconds(1))))
        holds(scheduler.recipients(batch) == [2])
        batch = try need(scheduler.finishAndGoOn(batch, Sample.delivered, now: .at(.seconds(2))))
        holds(scheduler.recipients(batch) == [3])
        // Five different ones in a row are the provider's own trouble.
        for number in 2...6 {
            scheduler.takeIn(
                Sample.parcel(Sample.message(number), to: "d\(number).test"), site: "direct:@x", limits: limits,
                now: .at(.seconds(2)))
        }
        for _ in 0..<4 { batch = try need(scheduler.finishAndGoOn(batch, Sample.refused, now: .at(.seconds(3)))) }
        holds(scheduler.finishAndGoOn(batch, Sample.refused, now: .at(.seconds(4))) == nil)
        guard case .siteBackOff? = scheduler.explain(Sample.id(6)).first?.reason else {
            Issue.record("no back-off")
            return
        }
    }
}
