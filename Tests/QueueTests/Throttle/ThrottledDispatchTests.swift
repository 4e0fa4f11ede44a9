import Mail
import MartletTesting
import Synchronization
import Testing

@testable import Queue

/// The limits through the whole queue: shards, lanes, and a transport that asks before it connects.
@Suite(.timeLimit(.minutes(1))) struct ThrottledDispatchTests {
    /// When a transport did something, and how much.
    private final class Book: Sendable {
        private let lines = Mutex<[(at: Int64, count: Int)]>([])

        func write(_ count: Int, at now: MonotonicInstant) { lines.withLock { $0.append((now.nanoseconds, count)) } }

        var all: [(at: Int64, count: Int)] { lines.withLock { $0 } }
    }

    private static func rate(_ count: Int, _ period: Duration, burst: Int) throws -> RateLimit {
        try #require(RateLimit(count: count, per: period, burst: burst))
    }

    @Test func everyNewConnectionWaitsForItsCredit() async throws {
        let rate = try Self.rate(1, .seconds(10), burst: 2)
        let table = try ThrottleTable([
            ThrottleRule("c", .site(.any), ThrottleLimits(connectionRate: rate, messagesPerConnection: 3))
        ])
        let book = Book()
        let engine = Engine(
            answer: { batch, time in
                // A site that closes after each message: every batch needs a connection of its own.
                guard let gate = batch.connections.gate, batch.connections.messagesPerConnection == 3,
                    await gate.mayConnect()
                else { return batch.envelope.recipients.map { _ in Outcome(.deferred(.shuttingDown)) } }
                book.write(1, at: time.now)
                return batch.envelope.recipients.map { _ in Sample.delivered }
            }, options: { $0.scheduler.throttles = table })
        try await engine.loop.run { _ in
            await engine.start()
            for _ in 0..<8 { try await engine.send(to: "one@a.test") }
            try await engine.time.sleep(for: .seconds(61))
            #expect(book.all.count == 8)
            Windows.check(book.all, rate)
            #expect(await engine.queue.snapshot().counts.deliveries == 0)
        }
    }

    @Test func aTenantsRateHoldsOverAllShards() async throws {
        let rate = try Self.rate(10, .seconds(1), burst: 3)
        let table = try ThrottleTable([ThrottleRule("t", .tenant(.any), ThrottleLimits(messageRate: rate))])
        let book = Book()
        let sites = Dictionary(uniqueKeysWithValues: (0..<16).map { ("d\($0).test", "site-\($0)") })
        let engine = Engine(
            shards: 4, known: sites,
            answer: { batch, time in
                book.write(batch.envelope.recipients.count, at: time.now)
                return batch.envelope.recipients.map { _ in Sample.delivered }
            }, options: { $0.scheduler.throttles = table })
        let shards = Set(sites.values.map { ShardMap.shard(ofSite: $0, among: 4) })
        #expect(shards.count == 4)
        try await engine.loop.run { _ in
            await engine.start()
            var ids: [UUIDv7] = []
            for number in 0..<64 { ids.append(try await engine.send(to: "r@d\(number % 16).test").id) }
            // Between two credits: at the moment of one, it would be somebody's turn.
            try await engine.time.sleep(for: .milliseconds(1_050))
            var reasons: [WaitReason] = []
            for id in ids { reasons += await engine.queue.explanations(of: id).map(\.reason) }
            #expect(reasons.count == 64 - 13)
            guard case .throttled(let refusal)? = reasons.first else {
                Issue.record("\(reasons)")
                return
            }
            #expect(refusal.rule == "t" && refusal.key == MeterKey(.tenant, "\(Sample.tenant)"))
            #expect(refusal.limit == .messageRate(rate))
            try await engine.time.sleep(for: .seconds(6))
            #expect(book.all.count == 64)
            Windows.check(book.all, rate)
        }
    }

    @Test func aDrainDoesNotWaitForCredit() async throws {
        let rate = try Self.rate(1, .seconds(3_600), burst: 1)
        let table = try ThrottleTable([ThrottleRule("c", .site(.any), ThrottleLimits(connectionRate: rate))])
        let engine = Engine(
            answer: { batch, _ in
                let mayGo = await batch.connections.gate?.mayConnect() ?? true
                return batch.envelope.recipients.map { _ in mayGo ? Sample.delivered : Outcome(.deferred(.shuttingDown))
                }
            }, options: { $0.scheduler.throttles = table })
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(to: "one@a.test")
            try await engine.time.sleep(for: .seconds(1))
            try await engine.send(to: "two@a.test")
            try await engine.time.sleep(for: .seconds(1))
            let start = engine.time.now
            #expect(await engine.queue.drain(deadline: start + .seconds(30)))
            #expect(engine.time.now - start <= .seconds(1))
            #expect(engine.spool.attempts.map(\.outcome.verdict) == [.delivered])
        }
    }
}
