import Mail
import Synchronization
import Testing

@testable import Queue

/// Says what a test wants to every reply.
private final class FakeShaping: ShapingDesk {
    private let seen = Mutex<[ShapingObservation]>([])
    private let answer: @Sendable (ShapingObservation, WallTime) -> ShapingVerdict

    init(_ answer: @escaping @Sendable (ShapingObservation, WallTime) -> ShapingVerdict) { self.answer = answer }

    func observe(_ observation: ShapingObservation, at now: MonotonicInstant, wall: WallTime) -> ShapingVerdict {
        seen.withLock { $0.append(observation) }
        return answer(observation, wall)
    }

    var observations: [ShapingObservation] { seen.withLock { $0 } }
}

@Suite struct ShapingSchedulerTests {
    private static let wall = WallTime(milliseconds: 1_800_000_000_000)

    private static func hold(_ scope: Hold.Scope, seconds: Int64) -> Hold {
        Hold(
            id: Sample.id(77), scope: scope, cause: .rule(name: "r", reply: "450"), since: wall,
            until: WallTime(milliseconds: wall.milliseconds + seconds * 1_000))
    }

    private static func scheduler(_ desk: FakeShaping, _ weights: [Int] = []) throws -> Scheduler {
        let table = weights.isEmpty ? EgressTable.none : try Sample.egress(weights)
        var scheduler = Sample.scheduler {
            $0.shaping = desk
            $0.egress = table
        }
        for number in 0..<4 {
            scheduler.takeIn(
                Sample.parcel(Sample.message(number, tenant: 3)), site: "s", limits: SiteLimits(connections: 1),
                now: .at(.zero))
        }
        return scheduler
    }

    /// Only replies are told, with what is known; without a rule everything stays as it was.
    @Test func hearsWhatWasAnswered() throws {
        let desk = FakeShaping { _, _ in .nothing }
        var scheduler = try Self.scheduler(desk, [1])
        var batch = try need(scheduler.assign(now: .at(.zero)))
        let refused = Outcome(
            .deferred(.remoteReply), reply: Reply(code: 450, text: "later"),
            host: RemoteHost(name: "mx.test", address: "192.0.2.1:25"))
        for outcome in [refused, Sample.delivered, Sample.unknownUser] {
            _ = scheduler.finish(batch, [outcome], now: .at(.zero), wall: Self.wall)
            batch = try need(scheduler.next(on: batch.lane, of: batch.site, carried: 1, now: .at(.zero)))
        }
        #expect(desk.observations.map(\.reply.code) == [450, 550])
        let first = try #require(desk.observations.first)
        #expect(first.site == "s" && first.source == "s0" && first.tenant == Sample.tenant(3))
        #expect(first.host == "mx.test" && first.attempt == 1)
        holds(scheduler.takeDirectives().isEmpty)
    }

    @Test func bouncesAndWaitsAsTold() throws {
        let desk = FakeShaping { observation, _ in
            var verdict = ShapingVerdict()
            verdict.bounces = observation.reply.code == 451
            if observation.reply.code == 452 { verdict.retryIn = .seconds(1_234) }
            return verdict
        }
        var scheduler = try Self.scheduler(desk)
        let batch = try need(scheduler.assign(now: .at(.zero)))
        let given = Outcome(.deferred(.remoteReply), reply: Reply(code: 451, text: "blocked"))
        #expect(scheduler.finish(batch, [given], now: .at(.zero), wall: Self.wall) == [.givenUp])
        holds(scheduler.find(Sample.id(0)) == nil)
        let next = try need(scheduler.next(on: batch.lane, of: batch.site, carried: 1, now: .at(.zero)))
        let slow = Outcome(.deferred(.remoteReply), reply: Reply(code: 452, text: "slowly"))
        #expect(
            scheduler.finish(next, [slow], now: .at(.zero), wall: Self.wall) == [.retry(at: .at(.seconds(1_234)))])
    }

    /// A rule that says when to try again is about what it matches, also where that is a refusal for good.
    @Test func triesAgainWhatWasRefusedForGoodWhereARuleSaysWhen() throws {
        let desk = FakeShaping { observation, _ in
            var verdict = ShapingVerdict()
            if observation.reply.code == 554 { verdict.retryIn = .seconds(900) }
            return verdict
        }
        var scheduler = try Self.scheduler(desk)
        let batch = try need(scheduler.assign(now: .at(.zero)))
        let blocked = Outcome(.bounced(.remoteReply), reply: Reply(code: 554, text: "your address is on our list"))
        #expect(
            scheduler.finish(batch, [blocked], now: .at(.zero), wall: Self.wall) == [.retry(at: .at(.seconds(900)))])
        #expect(scheduler.counts.waiting == 1)
        let next = try need(scheduler.next(on: batch.lane, of: batch.site, carried: 1, now: .at(.zero)))
        #expect(scheduler.finish(next, [Sample.unknownUser], now: .at(.zero), wall: Self.wall) == [.finished])
        // Nobody brings back what was cancelled meanwhile.
        let last = try need(scheduler.next(on: next.lane, of: next.site, carried: 2, now: .at(.zero)))
        _ = scheduler.cancel(scheduler.facts(of: last.message).id)
        #expect(scheduler.finish(last, [blocked], now: .at(.zero), wall: Self.wall) == [.finished])
    }

    /// A suspension holds here at once, and the shell hears of it.
    @Test func holdsAtOnce() throws {
        let hold = Self.hold(.site("s"), seconds: 600)
        let desk = FakeShaping { _, _ in
            var verdict = ShapingVerdict()
            verdict.directives = [.hold(hold)]
            return verdict
        }
        var scheduler = try Self.scheduler(desk)
        let batch = try need(scheduler.assign(now: .at(.zero)))
        _ = scheduler.finish(batch, [Sample.greylisted], now: .at(.zero), wall: Self.wall)
        holds(scheduler.next(on: batch.lane, of: batch.site, carried: 1, now: .at(.zero)) == nil)
        #expect(scheduler.takeDirectives() == [.hold(hold)])
        #expect(scheduler.takeDirectives().isEmpty)
        #expect(scheduler.reason(2, now: .at(.seconds(1))) == .held(hold))
        _ = scheduler.advance(to: .at(.seconds(600)))
        holds(scheduler.assign(now: .at(.seconds(600))) != nil)
    }

    /// The delivery goes from the next source at once, from each at most once, and then waits for one to be free again.
    @Test func failsOverWithoutGoingRound() throws {
        let desk = FakeShaping { observation, _ in
            var verdict = ShapingVerdict()
            verdict.retryIn = .zero
            var hold = Self.hold(.siteAndSource(site: "s", source: observation.source ?? ""), seconds: 600)
            hold.id = Sample.id(200 + (Int(observation.source?.dropFirst() ?? "") ?? 0))
            verdict.directives = [.hold(hold)]
            return verdict
        }
        var scheduler = try Self.scheduler(desk, [1, 1, 1])
        var batch: Batch? = try need(scheduler.assign(now: .at(.zero)))
        var from: Set<String> = []
        var attempts = 0
        while let current = batch {
            attempts += 1
            from.insert(scheduler.source(of: current)?.name ?? "")
            _ = scheduler.finish(current, [Sample.greylisted], now: .at(.zero), wall: Self.wall)
            batch =
                scheduler.next(on: current.lane, of: current.site, carried: 1, now: .at(.zero))
                ?? scheduler.assign(now: .at(.zero))
        }
        #expect(attempts == 3 && from == ["s0", "s1", "s2"])
        holds(scheduler.counts.ready == 4 && scheduler.counts.waiting == 0)
        guard case .held? = scheduler.reason(0, now: .at(.seconds(1))) else {
            Issue.record("no reason")
            return
        }
        _ = scheduler.advance(to: .at(.seconds(600)))
        holds(scheduler.assign(now: .at(.seconds(600))) != nil)
    }

    /// Without sources there is nowhere to fail over to.
    @Test func doesNotGoRoundWithoutSources() throws {
        let desk = FakeShaping { _, _ in
            var verdict = ShapingVerdict()
            verdict.retryIn = .zero
            return verdict
        }
        var scheduler = try Self.scheduler(desk)
        let batch = try need(scheduler.assign(now: .at(.zero)))
        guard case .retry(let at) = scheduler.finish(batch, [Sample.greylisted], now: .at(.zero), wall: Self.wall)[0]
        else {
            Issue.record("not deferred")
            return
        }
        #expect(at >= .at(.seconds(60)))
    }
}

@Suite struct TemporaryLimitTests {
    private static func limit(_ rule: String, _ key: MeterKey, _ change: TemporaryLimit.Change) -> TemporaryLimit {
        TemporaryLimit(
            rule: rule, key: key, change: change, reply: "", until: WallTime(milliseconds: 0))
    }

    private static func rate(_ count: Int, burst: Int = 1) throws -> RateLimit {
        try #require(RateLimit(count: count, per: .seconds(100), burst: burst))
    }

    @Test func slowsDownAndEnds() throws {
        let table = try ThrottleTable([
            ThrottleRule("r", .site(.any), ThrottleLimits(messageRate: try Self.rate(100)))
        ])
        var scheduler = Sample.scheduler { $0.throttles = table }
        for number in 0..<300 {
            scheduler.takeIn(
                Sample.parcel(Sample.message(number)), site: "s", limits: SiteLimits(connections: 4), now: .at(.zero))
        }
        let key = MeterKey(.site, "s")
        scheduler.apply(Self.limit("half", key, .slow(0.5)), until: .at(.seconds(40)), now: .at(.zero))
        // A looser one changes nothing; the same once more is no quarter.
        scheduler.apply(Self.limit("weak", key, .slow(0.9)), until: .at(.seconds(40)), now: .at(.zero))
        scheduler.apply(Self.limit("half", key, .slow(0.5)), until: .at(.seconds(40)), now: .at(.zero))
        #expect(scheduler.temporaryLimits.count == 2)
        var sent: [Int] = []
        for second in 0..<80 {
            let now = MonotonicInstant.at(.seconds(second))
            _ = scheduler.advance(to: now)
            sent.append(scheduler.sendAll(now: now).values.reduce(0, +))
            let lanes = scheduler.lanesAllowed(try need(scheduler.findSite(named: "s")))
            #expect(lanes == (second < 40 ? 2 : 4))
        }
        // One every two seconds, then one a second again.
        #expect((20...21).contains(sent[..<40].reduce(0, +)) && (39...41).contains(sent[40...].reduce(0, +)))
        holds(scheduler.temporaryLimits.isEmpty && scheduler.nextLimitEnd == nil)
    }

    @Test func limitsWhatNothingLimited() throws {
        var scheduler = Sample.scheduler()
        let set = TemporaryLimit.Change.set(ThrottleLimits(messageRate: try Self.rate(10, burst: 3), connections: 1))
        scheduler.takeIn(Sample.parcel(Sample.message(0), recipients: 1), site: "s", now: .at(.zero))
        scheduler.apply(Self.limit("r", MeterKey(.site, "s"), set), until: .at(.seconds(1_000)), now: .at(.zero))
        scheduler.apply(Self.limit("r", MeterKey(.site, "t"), set), until: .at(.seconds(1_000)), now: .at(.zero))
        for number in 1..<20 {
            scheduler.takeIn(Sample.parcel(Sample.message(number)), site: "s", now: .at(.zero))
            scheduler.takeIn(Sample.parcel(Sample.message(number + 20), to: "t.test"), site: "t", now: .at(.zero))
        }
        // The site that was there, and the one that came later.
        #expect(scheduler.sendAll(now: .at(.zero)) == ["": 6])
        guard case .throttled(let refusal)? = scheduler.reason(19, now: .at(.seconds(1))) else {
            Issue.record("no reason")
            return
        }
        #expect(refusal.rule == "r" && refusal.earliest == .at(.seconds(10)))
        _ = scheduler.advance(to: .at(.seconds(1_000)))
        #expect(scheduler.sendAll(now: .at(.seconds(1_000))) == ["": 33])
    }

    @Test func isNeverLooserThanTheConfiguration() throws {
        let table = try ThrottleTable([
            ThrottleRule("r", .site(.any), ThrottleLimits(messageRate: try Self.rate(10), connections: 2))
        ])
        var meters = MeterSet(table)
        let key = MeterKey(.site, "s")
        let number = meters.number(of: key)
        let wide = ThrottleLimits(messageRate: try Self.rate(1_000, burst: 50), connections: 9)
        meters.override(Self.limit("w", key, .set(wide)), until: 10, at: .at(.zero))
        #expect(meters.terms(of: number)?.messageRate?.value == (try Self.rate(10)))
        #expect(meters.terms(of: number)?.connections == Figure(value: 2, rule: "r"))
        // Slower with a larger burst: the pace of one, the burst of the other.
        let slow = ThrottleLimits(messageRate: try Self.rate(5, burst: 50))
        meters.override(Self.limit("x", key, .set(slow)), until: 10, at: .at(.zero))
        #expect(meters.terms(of: number)?.messageRate == Figure(value: try Self.rate(5), rule: "x"))
        #expect(meters.expireOverrides(10, at: .at(.seconds(1))) == [key])
        #expect(meters.terms(of: number) == table.terms(for: key) && !meters.hasOverrides)
    }
}
