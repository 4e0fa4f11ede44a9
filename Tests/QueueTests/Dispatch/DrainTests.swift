import Mail
import MartletTesting
import Testing

@testable import Queue

@Suite(.timeLimit(.minutes(1))) struct DrainTests {
    private static func engine(taking seconds: Int) -> Engine {
        Engine(limits: SiteLimits(connections: 2)) { batch, time in
            try? await time.sleep(for: .seconds(seconds))
            return batch.envelope.recipients.map { _ in Sample.delivered }
        }
    }

    @Test func lanesFinishAndNothingNewStarts() async throws {
        let engine = Self.engine(taking: 5)
        try await engine.loop.run { _ in
            await engine.start()
            for _ in 0..<10 { try await engine.send(to: "one@a.test") }
            try await engine.time.sleep(for: .seconds(1))
            #expect(engine.transport.carried.count == 2)
            engine.intake.close()
            let start = engine.time.now
            #expect(await engine.queue.drain(deadline: start + .seconds(30)))
            #expect(engine.time.now - start < .seconds(5))
            #expect(engine.spool.attempts.count == 2)
            await #expect(throws: Refusal.shuttingDown) { try await engine.send(to: "one@a.test") }
            try await engine.time.sleep(for: .seconds(100))
            #expect(engine.transport.carried.count == 2)
            // The transport was told.
            let batch = try #require(engine.transport.carried.first)
            #expect(
                await engine.transport.carry(batch.batch, on: batch.lane).map(\.verdict) == [.deferred(.shuttingDown)])
        }
    }

    @Test func theDeadlineHoldsForALaneThatHangs() async throws {
        let engine = Self.engine(taking: 600)
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(to: "one@a.test")
            try await engine.time.sleep(for: .seconds(1))
            let start = engine.time.now
            #expect(await !engine.queue.drain(deadline: start + .seconds(30)))
            #expect(engine.time.now == start + .seconds(30))
        }
    }

    @Test func oneDeadlineHoldsForAllShards() async throws {
        let engine = Engine(
            shards: 4, known: Dictionary(uniqueKeysWithValues: (0..<8).map { ("\($0).test", "site-\($0)") })
        ) { batch, time in
            try? await time.sleep(for: .seconds(600))
            return batch.envelope.recipients.map { _ in Sample.delivered }
        }
        try await engine.loop.run { _ in
            await engine.start()
            for site in 0..<8 { try await engine.send(to: "one@\(site).test") }
            try await engine.time.sleep(for: .seconds(1))
            #expect(engine.transport.carried.count == 8)
            #expect(Set(engine.transport.carried.map(\.lane.shard)).count > 1)
            let start = engine.time.now
            #expect(await !engine.queue.drain(deadline: start + .seconds(30)))
            #expect(engine.time.now == start + .seconds(30))
        }
    }

    @Test func anEmptyQueueDrainsAtOnce() async throws {
        let engine = Self.engine(taking: 1)
        try await engine.loop.run { _ in
            await engine.start()
            let start = engine.time.now
            #expect(await engine.queue.drain(deadline: start + .seconds(30)))
            #expect(engine.time.now == start)
        }
    }
}
