import Mail
import Testing

@testable import Queue

@Suite struct ClockJumpTests {
    private static func scheduler() throws -> Scheduler {
        let rate: RateLimit = try #require(RateLimit(count: 1, per: .seconds(1), burst: 5))
        let table = try ThrottleTable([ThrottleRule("r", .site(.any), ThrottleLimits(messageRate: rate))])
        var scheduler = Sample.scheduler {
            $0.throttles = table
            $0.retry = RetryPolicy(first: .seconds(100), factor: 1, cap: .seconds(100), jitter: 0)
        }
        for number in 0..<500 {
            scheduler.takeIn(Sample.parcel(Sample.message(number)), site: "s", now: .at(.seconds(10_000)))
        }
        return scheduler
    }

    /// After a jump, whichever way, no more goes out than the burst, and then as much as the rate says.
    @Test(arguments: [-100_000, -9_000, -3_600, -11, -9, -1, 3_600, 100_000])
    func releasesNoBurstAndStallsNothing(jump: Int) throws {
        var scheduler = try Self.scheduler()
        var sent = 0
        var now = MonotonicInstant.at(.seconds(10_000))
        for _ in 0..<20 {
            now = now + .seconds(1)
            _ = scheduler.advance(to: now)
            sent += scheduler.sendAll(now: now).values.reduce(0, +)
        }
        #expect(sent == 24)
        now = now + .seconds(jump)
        sent = 0
        for _ in 0..<60 {
            now = now + .seconds(1)
            _ = scheduler.advance(to: now)
            sent += scheduler.sendAll(now: now).values.reduce(0, +)
        }
        // A step back by less than ten seconds counts as somebody who is late: it earns nothing until it is made up.
        let lost = jump < 0 && jump >= -11 ? -jump : 1
        #expect(sent <= 60 + 5 && sent >= 60 - lost - 1, "\(sent)")
    }

    /// What waits for a retry, a hold's end or its expiry waits as long as it was meant to, not until the old time.
    @Test func waitsLastAsLongAsTheyWereMeantTo() throws {
        var scheduler = try Self.scheduler()
        var now = MonotonicInstant.at(.seconds(10_000))
        _ = scheduler.advance(to: now)
        let batch = try need(scheduler.assign(now: now))
        let expected = now + .seconds(100)
        #expect(scheduler.finish(batch, [Sample.greylisted], now: now) == [.retry(at: expected)])
        scheduler.apply(Sample.hold(1, .site("s")), until: now + .seconds(50), now: now)
        now = now + .seconds(-7_200)
        _ = scheduler.advance(to: now)
        guard case .held? = scheduler.reason(3, now: now) else {
            Issue.record("not held")
            return
        }
        #expect(scheduler.explanations(of: Sample.id(3), now: now).first?.earliest == now + .seconds(50))
        #expect(
            scheduler.reason(0, now: now) == .retry(.remoteReply, attempts: 1, until: now + .seconds(100)))
        _ = scheduler.advance(to: now + .seconds(50))
        holds(scheduler.holds.isEmpty)
        holds(scheduler.nextUnrouted() == nil)
        _ = scheduler.advance(to: now + .seconds(100))
        holds(scheduler.nextUnrouted() != nil)
        holds(!scheduler.advance(to: now + .seconds(432_000 - 10_000)).isEmpty)
        holds(scheduler.counts.deliveries == 0)
    }
}
