import Mail
import Testing

@testable import Queue

@Suite struct DailySchedulerTests {
    private static let day = MonotonicInstant(nanoseconds: 3_600_000_000_000)

    /// A tenant that has used up its quota holds up nobody else, and goes on the next day.
    @Test func aQuotaHoldsItsTenantOnly() throws {
        let daily = FakeDailyLedger([.tenantQuota(Sample.tenant(1)): 3, .campaignQuota(Sample.id(9_000)): 2])
        var scheduler = Sample.scheduler { $0.daily = daily }
        for number in 0..<20 {
            var message = Sample.message(number, tenant: number % 2)
            if number % 4 == 2 { message.campaign = Sample.id(9_000) }
            scheduler.takeIn(Sample.parcel(message), site: "s", now: .at(.zero))
        }
        // Of tenant 0 five go freely and two of the campaign's five; of tenant 1 three.
        #expect(scheduler.sendAll(now: .at(.zero)) == ["": 10])
        guard case .daily(let quota)? = scheduler.reason(19, now: .at(.seconds(1))),
            case .daily(let campaign)? = scheduler.reason(18, now: .at(.seconds(1)))
        else {
            Issue.record("no reason")
            return
        }
        #expect(quota.cause == .quota(rule: "fake", key: .tenantQuota(Sample.tenant(1)), cap: 3, sent: 3))
        #expect(campaign.cause == .quota(rule: "fake", key: .campaignQuota(Sample.id(9_000)), cap: 2, sent: 2))
        #expect(quota.earliest == Self.day)
        _ = scheduler.advance(to: Self.day)
        #expect(scheduler.sendAll(now: Self.day) == ["": 5])
    }

    /// What was refused counts, what was never tried does not, and its room is used at once.
    @Test func settlesWhatBecameOfIt() throws {
        let key = DailyKey.tenantQuota(Sample.tenant(0))
        let daily = FakeDailyLedger([key: 6])
        var scheduler = Sample.scheduler {
            $0.daily = daily
            $0.siteBackOff = RetryPolicy(first: .seconds(1), cap: .seconds(1))
        }
        for number in 0..<8 {
            scheduler.takeIn(
                Sample.parcel(Sample.message(number), to: "\(number).test"), site: "site\(number)", now: .at(.zero))
        }
        var lanes: [Batch] = []
        while let batch = scheduler.assign(now: .at(.zero)) { lanes.append(batch) }
        #expect(lanes.count == 6)
        let outcomes = [
            Sample.delivered, Sample.greylisted, Sample.unknownUser, Sample.refused,
            Outcome(.deferred(.shuttingDown)), Outcome(.deferred(.connectionLost)),
        ]
        for (batch, outcome) in zip(lanes, outcomes) {
            _ = scheduler.finish(batch, [outcome], now: .at(.zero))
            holds(scheduler.next(on: batch.lane, of: batch.site, carried: 1, now: .at(.zero)) == nil)
        }
        let counted = daily.settled(key)
        #expect(counted.delivered == 1 && counted.failed == 3 && counted.untried == 2 && counted.taken == 4)
        // The two that were refused for today go now.
        #expect(scheduler.sendAll(now: .at(.zero)) == ["": 2])
    }

    /// A batch is cut to what is left, and what one limit does not let pass is not taken from another.
    @Test func aBatchIsCutToWhatAllGrant() throws {
        let egress = try Sample.egress([1])
        let rate: RateLimit = try #require(RateLimit(count: 1, per: .seconds(60), burst: 4))
        let table = try ThrottleTable([ThrottleRule("c", .campaign(.any), ThrottleLimits(messageRate: rate))])
        let quota = DailyKey.tenantQuota(Sample.tenant(0))
        let warmup = DailyKey.warmup(source: "s0", group: "other")
        let daily = FakeDailyLedger([quota: 100, warmup: 50])
        var scheduler = Sample.scheduler {
            $0.daily = daily
            $0.egress = egress
            $0.throttles = table
        }
        var message = Sample.message(1)
        message.campaign = Sample.id(9_000)
        scheduler.takeIn(Sample.parcel(message, recipients: 10), site: "s", now: .at(.zero))
        let batch = try need(scheduler.assign(now: .at(.zero)))
        #expect(batch.count == 4)
        #expect(daily.settled(quota).taken == 4 && daily.settled(warmup).taken == 4)
        holds(scheduler.assign(now: .at(.zero)) == nil)
        #expect(daily.settled(quota).taken == 4 && daily.settled(warmup).taken == 4)
        guard case .throttled(let refusal)? = scheduler.reason(1, now: .at(.zero)) else {
            // The first of the message is under way; the rest says why.
            let reasons = scheduler.explain(Sample.id(1), now: .at(.zero)).map(\.reason)
            #expect(reasons.filter { $0 == .underWay }.count == 4)
            #expect(
                reasons.contains {
                    if case .throttled(let refusal) = $0 { return refusal.key.scope == .campaign }
                    return false
                })
            return
        }
        #expect(refusal.key == MeterKey(.campaign, "\(Sample.id(9_000))"))
    }

    /// A new connection needs credit of the site, of (site, source), of the source and of the tenant.
    @Test(arguments: ["site", "pair", "source", "tenant", "campaign"])
    func newConnectionsAskEverybody(who: String) throws {
        let rate: RateLimit = try #require(RateLimit(count: 1, per: .seconds(10), burst: 1))
        let match: ThrottleMatch =
            switch who {
            case "site": .site(.any)
            case "pair": .site(.any, source: .any)
            case "source": .source(.any)
            case "campaign": .campaign(.any)
            default: .tenant(.any)
            }
        let table = try ThrottleTable([ThrottleRule(who, match, ThrottleLimits(connectionRate: rate))])
        let egress = try Sample.egress([1])
        var scheduler = Sample.scheduler {
            $0.throttles = table
            $0.egress = egress
        }
        var message = Sample.message(1)
        message.campaign = Sample.id(9_000)
        scheduler.takeIn(Sample.parcel(message), site: "s", now: .at(.zero))
        let batch = try need(scheduler.assign(now: .at(.zero)))
        #expect(scheduler.connectionTerms(of: batch)?.asks == true)
        holds(scheduler.connect(batch, now: .at(.zero)) == nil)
        holds(scheduler.connect(batch, now: .at(.zero)) == .at(.seconds(10)))
        holds(scheduler.connect(batch, now: .at(.seconds(10))) == nil)
    }

    /// Told that there may be room, it looks again at once; else within a minute.
    @Test func looksAgainWhenTold() throws {
        let key = DailyKey.tenantQuota(Sample.tenant(0))
        let daily = FakeDailyLedger([key: 1])
        var scheduler = Sample.scheduler { $0.daily = daily }
        for number in 0..<2 { scheduler.takeIn(Sample.parcel(Sample.message(number)), site: "s", now: .at(.zero)) }
        #expect(scheduler.sendAll(now: .at(.zero)) == ["": 1])
        daily.settle(0, delivered: 0, failed: 0, untried: 1, at: .at(.zero))
        #expect(scheduler.sendAll(now: .at(.zero)).isEmpty)
        scheduler.wakeCapped(now: .at(.zero))
        #expect(scheduler.sendAll(now: .at(.zero)) == ["": 1])
    }
}
