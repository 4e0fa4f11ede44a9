import Mail
import Testing

@testable import Queue

@Suite struct SiteBackOffTests {
    /// Ten thousand deliveries to a host that is down: one attempt per back-off, not ten thousand.
    @Test func aDeadHostIsProbedByOneDelivery() throws {
        var scheduler = Sample.scheduler {
            $0.siteBackOff = RetryPolicy(first: .seconds(60), factor: 2, cap: .seconds(1_800), jitter: 0)
            $0.retry = RetryPolicy(first: .seconds(100_000), cap: .seconds(100_000), jitter: 0)
        }
        for number in 0..<10_000 {
            scheduler.takeIn(
                Sample.parcel(Sample.message(number)), site: "s", limits: SiteLimits(connections: 1), now: .at(.zero))
        }
        var attempts: [Int64] = []
        for second in 0..<7_200 as Range<Int64> {
            let now = MonotonicInstant.at(.seconds(second))
            holds(scheduler.advance(to: now).isEmpty)
            while let batch = scheduler.assign(now: now) {
                attempts.append(second)
                holds(scheduler.finishAndGoOn(batch, Sample.refused, now: now) == nil)
            }
        }
        holds(attempts == [0, 60, 180, 420, 900, 1_860, 3_660, 5_460])
        holds(
            scheduler.explain(Sample.id(9_999)).map(\.reason)
                == [.siteBackOff(site: "s", .connectionRefused, until: .at(.seconds(7_260)))])

        // It comes back: the first success lets the others follow, one lane more per success.
        let now = MonotonicInstant.at(.seconds(7_260))
        _ = scheduler.advance(to: now)
        _ = scheduler.site(named: "s", limits: SiteLimits(connections: 5), now: now)
        let probe = try need(scheduler.assign(now: now))
        holds(scheduler.assign(now: now) == nil)
        var lanes = [try need(scheduler.finishAndGoOn(probe, Sample.delivered, now: now))]
        while let batch = scheduler.assign(now: now) { lanes.append(batch) }
        holds(lanes.count == 2)
        for _ in 0..<10 {
            lanes = lanes.compactMap { scheduler.finishAndGoOn($0, Sample.delivered, now: now) }
            while let batch = scheduler.assign(now: now) { lanes.append(batch) }
        }
        holds(lanes.count == 5)
    }

    @Test func theWholeCohortMustFailBeforeASiteRests() throws {
        var scheduler = Sample.scheduler()
        for number in 0..<100 {
            scheduler.takeIn(
                Sample.parcel(Sample.message(number)), site: "s", limits: SiteLimits(connections: 4), now: .at(.zero))
        }
        var lanes: [Batch] = []
        while let batch = scheduler.assign(now: .at(.zero)) { lanes.append(batch) }
        holds(lanes.count == 4)
        // One connection too many for the host: that lane goes, the site does not rest.
        holds(scheduler.finishAndGoOn(lanes[3], Sample.refused, now: .at(.zero)) == nil)
        holds(!scheduler.sites[lanes[0].site].isBackedOff)
        holds(scheduler.sites[lanes[0].site].allowance == 3)
        // As many successes as there are lanes earn it back.
        var again = lanes[0]
        for success in 1...3 {
            again = try need(scheduler.finishAndGoOn(again, Sample.delivered, now: .at(.zero)))
            holds(scheduler.sites[lanes[0].site].allowance == (success < 3 ? 3 : 4))
        }
        // Everybody fails.
        var failing = [again, lanes[1], lanes[2]]
        while let batch = scheduler.assign(now: .at(.zero)) { failing.append(batch) }
        var attempts = failing.count
        while let batch = failing.popLast() {
            if let next = scheduler.finishAndGoOn(batch, Sample.refused, now: .at(.milliseconds(1))) {
                failing.insert(next, at: 0)
                attempts += 1
            }
        }
        holds(scheduler.sites[lanes[0].site].isBackedOff)
        holds(attempts <= 6)
    }

    @Test func failuresOfBatchesPulledBeforeTheBackOffAreNotCountedAgain() throws {
        var scheduler = Sample.scheduler { $0.siteBackOff.jitter = 0 }
        for number in 0..<20 {
            scheduler.takeIn(
                Sample.parcel(Sample.message(number)), site: "s", limits: SiteLimits(connections: 3), now: .at(.zero))
        }
        var lanes: [Batch] = []
        while let batch = scheduler.assign(now: .at(.zero)) { lanes.append(batch) }
        for batch in lanes { _ = scheduler.finishAndGoOn(batch, Sample.refused, now: .at(.seconds(1))) }
        holds(scheduler.records[lanes[0].site].health.backOffs == 1)
        holds(scheduler.counts.lanes == 0)
    }

    @Test(arguments: [
        (Outcome(.deferred(.connectionRefused)), true), (Outcome(.deferred(.connectionTimeout)), true),
        (Outcome(.deferred(.authenticationFailed)), true), (Outcome(.deferred(.tlsFailed)), true),
        (Outcome(.deferred(.tlsUnavailable)), true), (Outcome(.deferred(.dnsFailure)), true),
        (Outcome(.deferred(.remoteReply), reply: Reply(code: 421, text: "busy")), true),
        (Outcome(.deferred(.remoteReply), reply: Reply(code: 450, text: "greylisted")), false),
        (Outcome(.deferred(.connectionLost)), false), (Outcome(.deferred(.replyTimeout)), false),
        (Outcome(.deferred(.protocolViolation)), false), (Outcome(.deferred(.contentUnavailable)), false),
        (Outcome(.deferred(.shuttingDown)), false), (Outcome(.deferred(.noRoute)), false),
        (Outcome(.deferred(.tlsPolicyForbidsHosts)), false), (Outcome(.deferred(.tlsPolicyMissing)), false),
        (Outcome(.deferred(.tlsPolicyNotMet)), false), (Outcome(.deferred(.tlsaLookupFailed)), false),
        (Outcome(.bounced(.remoteReply), reply: Reply(code: 550, text: "no")), false), (Outcome(.delivered), false),
    ])
    func onlyConnectionFailuresBlameTheSite(outcome: Outcome, blames: Bool) throws {
        var scheduler = Sample.scheduler()
        scheduler.takeIn(Sample.parcel(Sample.message(1)), site: "s", now: .at(.zero))
        let batch = try need(scheduler.assign(now: .at(.zero)))
        _ = scheduler.finish(batch, [outcome], now: .at(.zero))
        holds(scheduler.sites[batch.site].isBackedOff == blames)
    }
}
