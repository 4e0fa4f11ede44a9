import Logging
import Loop
import Mail
import MartletTesting
import Synchronization
import Testing

@testable import Queue

/// Holds, limits and re-routes as they are decided, kept and handed on.
@Suite(.timeLimit(.minutes(1))) struct StandingOrdersTests {
    /// A clock whose two hands can be moved by themselves.
    final class TwoHands: TimeSource {
        private let hands = Mutex((now: MonotonicInstant.at(.zero), wall: ControlCodecTests.noon))
        var now: MonotonicInstant { hands.withLock { $0.now } }
        var wall: WallTime { hands.withLock { $0.wall } }
        func move(_ now: Duration, wall: Duration) {
            hands.withLock { $0 = ($0.now + now, $0.wall + wall) }
        }
        func sleep(until deadline: MonotonicInstant) async throws(CancellationError) { await Task.yield() }
    }

    @Test func `whoever sets the wall clock ends nothing early, and nothing lasts longer than it was made for`()
        async throws
    {
        let clock = TwoHands()
        func room() async throws -> StandingOrders {
            let room = StandingOrders(store: store, shards: 1, time: clock, logger: Self.silent)
            try await room.load(first: 1)
            return room
        }
        let first = try await room()
        _ = try await first.suspend(.site("s"), until: clock.wall + .seconds(3_600), by: "", reason: "")
        // Forward by a day, and by daylight saving: it lasts its hour.
        clock.move(.seconds(1_800), wall: .seconds(86_400))
        #expect(first.holds.count == 1)
        clock.move(.seconds(1_799), wall: .seconds(-90_000))
        #expect(first.holds.count == 1)
        clock.move(.seconds(1), wall: .zero)
        #expect(first.holds.isEmpty)
        while !first.isSaved { await Task.yield() }

        // Back by a year over a restart: an hour at most, and not a year and an hour.
        _ = try await first.suspend(.site("s"), until: clock.wall + .seconds(3_600), by: "", reason: "")
        clock.move(.seconds(60), wall: .seconds(-365 * 86_400))
        let second = try await room()
        #expect(second.holds.count == 1)
        clock.move(.seconds(3_599), wall: .zero)
        #expect(second.holds.count == 1)
        clock.move(.seconds(1), wall: .zero)
        #expect(second.holds.isEmpty)
    }

    let store = MemoryStateStore()
    let time = VirtualTime()

    static var silent: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    func room(shards: Int = 2, first: UInt64? = 1) async throws -> StandingOrders {
        let room = StandingOrders(store: store, shards: shards, time: time, logger: Self.silent)
        try await room.load(first: first)
        return room
    }

    func saved(_ room: StandingOrders) async {
        while !room.isSaved { await Task.yield() }
    }

    @Test func `a suspension is saved before any shard hears of it, and comes back after a restart`() async throws {
        let room = try await room()
        let hold = try await room.suspend(
            .site("direct:@google"), until: time.wall + .seconds(60), by: "key ops", reason: "complaints")
        #expect(store.values("holds").count == 1)
        for shard in 0..<2 {
            guard case .hold(hold, let until)? = room.takeOrders(of: shard).first else {
                Issue.record("no order")
                return
            }
            #expect(until == time.now + .seconds(60))
            #expect(room.takeOrders(of: shard).isEmpty)
        }
        time.advance(by: .seconds(20))
        let again = try await self.room()
        #expect(again.holds == [hold])
        guard case .hold(hold, let until)? = again.takeOrders(of: 1).first else {
            Issue.record("no order")
            return
        }
        #expect(until == time.now + .seconds(40))
        time.advance(by: .seconds(40))
        #expect(again.holds.isEmpty)
        await saved(again)
        #expect(store.values("holds").isEmpty)
    }

    @Test func `what cannot be saved is not done`() async throws {
        let room = try await room()
        let kept = try await room.suspend(.source("a"), until: nil, by: "", reason: "")
        _ = room.takeOrders(of: 0)
        store.failure = .unavailable("disk full")
        await #expect(throws: ControlFailure.storage) {
            try await room.suspend(.source("b"), until: nil, by: "", reason: "")
        }
        await #expect(throws: ControlFailure.storage) { try await room.resume(.source("a")) }
        await #expect(throws: ControlFailure.storage) { try await room.resume(hold: kept.id) }
        let route = RouteBookTests.route(1, to: "p") { $0.everything = true }
        await #expect(throws: ControlFailure.storage) { try await room.add(route) }
        #expect(room.takeOrders(of: 0).isEmpty)
        #expect(room.holds == [kept])
        #expect(room.routes.isEmpty)
    }

    @Test func `resume ends all of a scope, or one by name, once`() async throws {
        let room = try await room()
        let scope = Hold.Scope.tenant(Sample.tenant)
        let one = try await room.suspend(scope, until: nil, by: "a", reason: "")
        time.advance(by: .milliseconds(1))
        let two = try await room.suspend(scope, until: nil, by: "b", reason: "")
        let other = try await room.suspend(.site("s"), until: nil, by: "c", reason: "")
        #expect(try await room.resume(hold: one.id) == one)
        await #expect(throws: ControlFailure.unknownHold) { try await room.resume(hold: one.id) }
        #expect(try await room.resume(scope) == [two])
        #expect(try await room.resume(scope).isEmpty)
        #expect(room.holds == [other])
        #expect(store.values("holds").count == 1)
        let released = room.takeOrders(of: 0).compactMap { order -> UUIDv7? in
            if case .release(let id) = order { return id }
            return nil
        }
        #expect(released == [one.id, two.id])
        await #expect(throws: ControlFailure.alreadyOver) {
            try await room.suspend(scope, until: time.wall, by: "", reason: "")
        }
    }

    @Test func `an end in the year 9999 is no end that a clock can reach`() async throws {
        let room = try await room()
        let hold = try await room.suspend(
            .site("s"), until: WallTime(milliseconds: 253_402_300_799_999), by: "", reason: "")
        guard case .hold(hold, nil)? = room.takeOrders(of: 0).first else {
            Issue.record("an end")
            return
        }
        #expect(try await self.room().holds == [hold])
    }

    @Test func `what rules set is told at once, saved soon, and comes back`() async throws {
        let room = try await room()
        store.failure = .unavailable("busy")
        let hold = Hold(
            id: Sample.id(1), scope: .siteAndSource(site: "s", source: "a"), cause: .rule(name: "r", reply: "421"),
            since: time.wall, until: time.wall + .seconds(600))
        var limit = ControlCodecTests.limits()[0]
        limit.until = time.wall + .seconds(300)
        #expect(room.take([.hold(hold), .limit(limit)]))
        #expect(!room.take([]))
        #expect(room.takeOrders(of: 0).count == 2 && room.takeOrders(of: 1).count == 2)
        #expect(room.holds == [hold] && room.limits == [limit])
        // The store fails for a while; nobody waits for it.
        for _ in 0..<50 {
            time.advance(by: .milliseconds(100))
            await Task.yield()
        }
        #expect(!room.isSaved)
        store.failure = nil
        while !room.isSaved {
            time.advance(by: .milliseconds(100))
            await Task.yield()
        }
        #expect(store.values("holds").count == 1 && store.values("limits").count == 1)
        let again = try await self.room()
        #expect(again.holds == [hold] && again.limits == [limit])
        // The same rule again: its limit is replaced.
        limit.until = time.wall + .seconds(900)
        _ = again.take([.limit(limit)])
        #expect(again.limits == [limit])
        await saved(again)
        #expect(store.values("limits").count == 1)
        time.advance(by: .seconds(901))
        #expect(again.limits.isEmpty && again.holds.isEmpty)
        await saved(again)
        #expect(store.values("holds").isEmpty && store.values("limits").isEmpty)
    }

    @Test func `an operator who ends what a rule has set has the last word, whatever is still to be saved`()
        async throws
    {
        let room = try await room()
        for number in 0..<200 {
            let hold = Hold(
                id: Sample.id(number), scope: .site("s\(number)"), cause: .rule(name: "r", reply: ""), since: time.wall,
                until: time.wall + .seconds(600))
            _ = room.take([.hold(hold)])
            if number % 2 == 0 { _ = try await room.resume(.site("s\(number)")) }
        }
        await saved(room)
        let again = try await self.room()
        #expect(again.holds.map(\.scope) == (0..<100).map { .site("s\($0 * 2 + 1)") })
    }

    @Test func `a resume is not undone by an older write that fails while it waits`() async throws {
        let store = GatedStore()
        let room = StandingOrders(store: store, shards: 1, time: time, logger: Self.silent)
        let hold = Hold(
            id: Sample.id(1), scope: .site("s"), cause: .rule(name: "r", reply: ""), since: time.wall,
            until: time.wall + .seconds(600))
        _ = room.take([.hold(hold)])
        while !store.isWaiting { await Task.yield() }
        async let resumed = room.resume(.site("s"))
        // Time for it to stand in line behind the write.
        for _ in 0..<1_000 { await Task.yield() }
        store.fail()
        #expect(try await resumed == [hold])
        while !room.isSaved {
            time.advance(by: .seconds(1))
            await Task.yield()
        }
        #expect(store.values.values("holds").isEmpty)
    }

    @Test func `rules that run wild are bounded`() async throws {
        let room = try await room(shards: 1)
        let holds = (0..<(StandingOrders.ruleLimit + 500)).map { number in
            ShapingDirective.hold(
                Hold(
                    id: Sample.id(number), scope: .site("direct:s\(number).test"), cause: .rule(name: "r", reply: ""),
                    since: time.wall, until: time.wall + .seconds(600)))
        }
        _ = room.take(holds)
        #expect(room.holds.count == StandingOrders.ruleLimit / 4 * 3)
        // What stands may last longer, and there still is room for what is shared by many.
        guard case .hold(var first) = holds[0] else { return }
        first.until = time.wall + .seconds(1_200)
        _ = room.take([.hold(first)])
        #expect(room.holds.contains(first))
        let many = (0..<StandingOrders.ruleLimit).map { number in
            let scope = number % 2 == 0 ? Hold.Scope.source("a\(number)") : .site("d\(number):@google")
            return ShapingDirective.hold(
                Hold(
                    id: Sample.id(100_000 + number), scope: scope, cause: .rule(name: "r", reply: ""),
                    since: time.wall, until: time.wall + .seconds(600)))
        }
        _ = room.take(many)
        #expect(room.holds.count == StandingOrders.ruleLimit)
        // An operator can still say something.
        _ = try await room.suspend(.tenant(Sample.tenant), until: nil, by: "", reason: "")
        await saved(room)
        #expect(store.values("holds").count == StandingOrders.ruleLimit + 1)
    }

    @Test func `a damaged value is passed over, and the others hold`() async throws {
        let room = try await room()
        let hold = try await room.suspend(.site("s"), until: nil, by: "", reason: "")
        store.put("holds", "x", [1, 2, 3])
        store.put("limits", "y", [])
        store.put("routes", "z", [0xFF])
        let again = try await self.room()
        #expect(again.holds == [hold])
        #expect(again.limits.isEmpty && again.routes.isEmpty)
    }

    @Test func `re-routes come back in their order, and go when their messages have`() async throws {
        let room = try await room()
        for number in 1...3 {
            time.advance(by: .milliseconds(1))
            try await room.add(
                RouteBookTests.route(number, to: "p\(number)", upTo: number == 2 ? 50 : nil) {
                    $0.destination = Domain(canonical: "d\(number).test")
                })
        }
        guard case .routes(let book)? = room.takeOrders(of: 0).last else {
            Issue.record("no order")
            return
        }
        #expect(book.routes.count == 3)
        #expect(try await self.room(first: 50).routes.routes.map(\.pool) == ["p1", "p2", "p3"])
        let later = try await self.room(first: 51)
        #expect(later.routes.routes.map(\.pool) == ["p1", "p3"])
        await saved(later)
        #expect(store.values("routes").count == 2)
    }
}

/// Its first write waits until it is told to fail.
private final class GatedStore: QueueStateStore {
    private struct Gate {
        var writes = 0
        var first: CheckedContinuation<Void, Never>?
    }

    let values = MemoryStateStore()
    private let gate = Mutex(Gate())

    var isWaiting: Bool { gate.withLock { $0.first != nil } }

    func fail() { gate.withLock { $0.first.take() }?.resume() }

    func load(_ section: String) async throws(StorageFailure) -> [(key: String, value: [UInt8])] {
        try await values.load(section)
    }

    func save(_ section: String, _ changes: [(key: String, value: [UInt8]?)]) async throws(StorageFailure) {
        let isFirst = gate.withLock { gate in
            gate.writes += 1
            return gate.writes == 1
        }
        guard isFirst else { return try await values.save(section, changes) }
        await withCheckedContinuation { continuation in gate.withLock { $0.first = continuation } }
        throw .unavailable("gated")
    }
}
