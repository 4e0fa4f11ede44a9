import Logging
import Loop
import Mail
import MartletTesting
import Testing

@testable import Queue

/// The watchdog finds what was made to stand still on purpose, mends it, and leaves alone what waits with reason.
@Suite(.timeLimit(.minutes(2))) struct SchedulerWatchTests {
    private static let hold = Hold(
        id: UUIDv7(high: 0x7000, low: 7), scope: .tenant(UUIDv7(high: 0x7000, low: 0)),
        cause: .operator(by: "test", reason: ""), since: WallTime(milliseconds: 0), until: nil)

    /// Mail for one site, wedged.
    private static func wedged(_ kind: Stall.Kind) -> Scheduler {
        var scheduler = Sample.scheduler { $0.siteBackOff = RetryPolicy(first: .seconds(60), jitter: 0) }
        let now = MonotonicInstant.at(.zero)
        switch kind {
        case .forgottenDestination:
            scheduler.admit(Sample.parcel(Sample.message(1)), to: nil, now: now)
            // Taken out of the queue of those that want a route, and nobody asks.
            _ = scheduler.unrouted.popFirst()
        case .parkedFlow:
            scheduler.apply(hold, until: nil, now: now)
            scheduler.takeIn(Sample.parcel(Sample.message(1)), site: "s", now: now)
            holds(scheduler.assign(now: now) == nil && scheduler.parkedFlows().count == 1)
            scheduler.heldFlows = [:]
            scheduler.release(hold: hold.id)
        case .forgottenSite, .endlessBackOff, .endlessLimit, .endlessSuspension:
            scheduler.takeIn(Sample.parcel(Sample.message(1)), site: "s", now: now)
            let site = scheduler.findSite(named: "s") ?? 0
            scheduler.siteTimers.cancel(site)
            switch kind {
            case .endlessBackOff: scheduler.sites[site].isBackedOff = true
            case .endlessLimit: scheduler.sites[site].heldUntil = 1
            case .endlessSuspension: scheduler.sites[site].isSuspended = true
            default: _ = scheduler.eager.popFirst()
            }
        }
        return scheduler
    }

    /// What a shard does on each occasion.
    private static func work(
        _ scheduler: inout Scheduler, now: MonotonicInstant, route: Bool = true
    ) -> Batch? {
        _ = scheduler.advance(to: now)
        while route, let (destination, _) = scheduler.nextUnrouted() {
            let site = scheduler.site(named: "s", limits: SiteLimits(), now: now)
            scheduler.routed(destination, to: site)
        }
        return scheduler.assign(now: now)
    }

    @Test(arguments: Stall.Kind.allCases)
    func whatStandsStillIsFoundAndMended(kind: Stall.Kind) throws {
        var scheduler = Self.wedged(kind)
        var now = MonotonicInstant.at(.zero)
        var watch = SchedulerWatch()
        for minute in 1...10 {
            now = .at(.seconds(minute * 60))
            holds(Self.work(&scheduler, now: now) == nil)
        }
        let found = scheduler.stalls(now: now)
        holds(found.map(\.kind) == [kind])
        // One look is not enough.
        holds(watch.look(found).isEmpty)
        now = .at(.seconds(700))
        holds(Self.work(&scheduler, now: now) == nil)
        let certain = watch.look(scheduler.stalls(now: now))
        holds(certain.map(\.kind) == [kind])
        holds(!scheduler.figures(of: certain[0]).isEmpty)
        for stall in certain { scheduler.mend(stall, now: now) }
        let batch = try need(Self.work(&scheduler, now: now))
        holds(batch.count == 1)
        holds(scheduler.finishAndGoOn(batch, Sample.delivered, now: now) == nil)
        holds(scheduler.counts.deliveries == 0 && scheduler.stalls(now: now).isEmpty)
        holds(watch.look(scheduler.stalls(now: now)).isEmpty)
    }

    @Test func whatGoesOnByItselfIsForgiven() {
        var watch = SchedulerWatch()
        let stall = Stall(kind: .forgottenSite, place: 3)
        let other = Stall(kind: .parkedFlow, place: 3)
        #expect(watch.look([stall]).isEmpty)
        #expect(watch.look([]).isEmpty)
        #expect(watch.look([stall, other]).isEmpty)
        #expect(watch.look([other]) == [other])
        #expect(watch.look([other]).isEmpty, "it has just been mended")
    }

    /// Thousands of states of ordinary traffic, with holds, back-offs, limits and a lack of lanes: none is taken for a
    /// mistake, which also says that the scheduler makes none.
    @Test(arguments: 0..<60)
    func nothingThatWaitsWithReasonIsAStall(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let table = try ThrottleTable([
            ThrottleRule(
                "site", .site(.exact("site0")), ThrottleLimits(messageRate: RateLimit(count: 5, per: .seconds(1)))),
            ThrottleRule("tenant", .tenant(.any), ThrottleLimits(connections: 2)),
        ])
        var scheduler = Sample.scheduler {
            $0.throttles = table
            $0.lanes = 6
            $0.siteBackOff = RetryPolicy(first: .seconds(5), cap: .seconds(20))
            $0.retry = RetryPolicy(first: .seconds(3), cap: .seconds(30))
            $0.lifetime = .seconds(300)
        }
        var underWay: [Batch] = []
        var held: [UUIDv7] = []
        var now = MonotonicInstant.at(.zero)
        for step in 1...400 {
            now = now + .milliseconds(Int.random(in: 0...900, using: &random))
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let message = Sample.message(
                    step, tenant: Int.random(in: 0..<3, using: &random),
                    stream: Bool.random(using: &random) ? .transactional : .broadcast, expiry: now + .seconds(300))
                let site = Int.random(in: 0..<4, using: &random)
                let parcel = Sample.parcel(
                    message, to: "site\(site).test", recipients: Int.random(in: 1...4, using: &random))
                if Bool.random(using: &random) {
                    scheduler.takeIn(parcel, site: "site\(site)", limits: SiteLimits(connections: 2), now: now)
                } else {
                    scheduler.admit(parcel, to: nil, now: now)
                }
            case 5 where held.count < 3:
                let scope: [Hold.Scope] = [
                    .site("site1"), .tenant(UUIDv7(high: 0x7000, low: 1)),
                    .siteAndTenant(site: "site2", tenant: UUIDv7(high: 0x7000, low: 2)),
                ]
                let hold = Hold(
                    id: Sample.id(step), scope: scope[Int.random(in: 0..<3, using: &random)],
                    cause: .operator(by: "", reason: ""), since: WallTime(milliseconds: 0), until: nil)
                scheduler.apply(hold, until: Bool.random(using: &random) ? now + .seconds(7) : nil, now: now)
                held.append(hold.id)
            case 6:
                if let id = held.popLast() { scheduler.release(hold: id) }
            case 7:
                _ = scheduler.cancel(Sample.id(Int.random(in: 1...step, using: &random)))
            default:
                guard !underWay.isEmpty else { break }
                let batch = underWay.remove(at: Int.random(in: 0..<underWay.count, using: &random))
                let outcomes = [Sample.delivered, Sample.delivered, Sample.refused, Sample.greylisted]
                let outcome = outcomes[Int.random(in: 0..<4, using: &random)]
                if let next = scheduler.finishAndGoOn(batch, outcome, now: now) { underWay.append(next) }
            }
            _ = scheduler.advance(to: now)
            while let (destination, key) = scheduler.nextUnrouted() {
                let name = String(key.domain.text.dropLast(5))
                scheduler.routed(
                    destination, to: scheduler.site(named: name, limits: SiteLimits(connections: 2), now: now))
            }
            while let batch = scheduler.assign(now: now) { underWay.append(batch) }
            let found = scheduler.stalls(now: now)
            holds(found.isEmpty)
            if let first = found.first {
                Issue.record("seed \(seed), step \(step): \(first.kind) \(scheduler.figures(of: first))")
                return
            }
        }
    }

    @Test func aBatchThatStaysAwayIsToldOfOnceAndAgainWhenItComesBack() {
        func batch(_ lane: Int) -> Batch {
            Batch(site: 1, lane: lane, message: 5, first: 0, count: 3, attempt: 1, pulledAt: 0)
        }
        var lanes = LaneWatch()
        let first = lanes.begin(batch(0), at: .at(.zero))
        let second = lanes.begin(batch(1), at: .at(.seconds(50)))
        #expect(lanes.late(.seconds(60), now: .at(.seconds(59))).isEmpty)
        let late = lanes.late(.seconds(60), now: .at(.seconds(60)))
        #expect(late.map(\.lane) == [0] && late.first?.count == 3 && lanes.overdue == 1)
        #expect(lanes.late(.seconds(60), now: .at(.seconds(100))).isEmpty)
        #expect(lanes.end(second) == nil)
        #expect(lanes.end(first)?.since == .at(.zero))
        #expect(lanes.overdue == 0)
        let third = lanes.begin(batch(2), at: .at(.seconds(200)))
        #expect(third == first || third == second)
        #expect(lanes.late(.seconds(60), now: .at(.seconds(210))).isEmpty)
        #expect(lanes.late(.zero, now: .at(.seconds(210))).map(\.lane) == [2])
    }

    /// The shell: a site that was made to be forgotten is delivered to after two looks; nobody else needs to come by.
    @Test func aShardMendsItself() async throws {
        let engine = Engine()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let tools = ShardTools(
            options: QueueOptions(), spool: engine.spool, router: engine.router, signer: nil, notices: engine.intake,
            metrics: DispatchMetrics(shards: 1), logger: logger, boxes: [AdmissionBox()],
            control: engine.queue.control)
        let shard = Shard(index: 0, home: ShardHome(executor: engine.loop, time: engine.time), tools: tools)
        try await engine.loop.run { _ in
            let body = QueuedBody(
                facts: Sample.facts(recipients: 1), content: Content(original: Array(Engine.text.utf8)), author: nil)
            await shard.start()
            await shard.wedge(Sample.message(1), body)
            try await engine.time.sleep(for: .seconds(59))
            #expect(engine.transport.carried.isEmpty)
            try await engine.time.sleep(for: .seconds(2))
            #expect(engine.transport.carried.count == 1)
            #expect(await shard.counts().deliveries == 0)
        }
    }
}

extension Shard {
    /// Takes a message in and forgets its site.
    fileprivate func wedge(_ message: MessageFacts, _ body: QueuedBody) {
        guard case .route(let route)? = tools.router.knownRoute(to: Domain(canonical: "a.test"), isTest: false) else {
            return
        }
        var parcel = Sample.parcel(message)
        parcel.body = body
        scheduler.admit(parcel, to: site(of: route, now: time.now), now: time.now)
        _ = scheduler.eager.popFirst()
        work()
    }
}
