import Loop
import Mail
import MartletTesting
import Testing

@Suite("Virtual time and the simulated loop", .timeLimit(.minutes(1)))
struct VirtualTimeTests {
    @Test("a year of sleeping takes no time, and everybody wakes at the right instant, in order")
    func order() async throws {
        let loop = SimulatedLoop()
        let seen = Record()
        let time = loop.time
        try await loop.run { stage in
            await withTaskGroup(of: Void.self) { group in
                for days in [365, 1, 30, 1, 0] {
                    group.addTask {
                        await stage.perform { stage in
                            try? await time.sleep(for: .seconds(days * 86_400))
                            seen.append(days)
                            #expect(time.now.nanoseconds == Int64(days) * 86_400_000_000_000)
                        }
                    }
                }
            }
        }
        #expect(seen.all == [0, 1, 1, 30, 365])
        #expect(time.wall == WallTime(milliseconds: 1_798_761_600_000) + .seconds(365 * 86_400))
        #expect(time.pendingCount == 0)
    }

    @Test("advance stops where it was told to")
    func advance() async {
        let loop = SimulatedLoop()
        let seen = Record()
        let task = Task(executorPreference: loop) {
            for hour in 1...5 {
                try? await loop.time.sleep(for: .seconds(3_600))
                seen.append(hour)
            }
        }
        loop.advance(by: .seconds(3_600))
        #expect(seen.all == [1])
        loop.advance(by: .seconds(3_599))
        #expect(seen.all == [1])
        loop.advance(by: .seconds(1))
        #expect(seen.all == [1, 2])
        loop.advance(by: .seconds(36_000))
        #expect(seen.all == [1, 2, 3, 4, 5])
        await task.value
    }

    @Test("waiting for what cannot happen is an error, not a hang")
    func stalled() async {
        let loop = SimulatedLoop()
        await #expect(throws: Stalled.self) {
            try await loop.run(patience: .milliseconds(100)) { stage in
                await unsafe withUnsafeContinuation { (never: UnsafeContinuation<Void, Never>) in _ = unsafe never }
            }
        }
    }

    @Test("cancelling a virtual sleep ends it and takes its timer away")
    func cancellation() async throws {
        let loop = SimulatedLoop()
        try await loop.run { stage in
            let sleeper = Task {
                _ = stage
                try await loop.time.sleep(for: .seconds(10))
            }
            sleeper.cancel()
            await #expect(throws: CancellationError.self) { try await sleeper.value }
        }
        #expect(loop.time.pendingCount == 0)
        #expect(loop.time.now == MonotonicInstant(nanoseconds: 0))
    }

    @Test("the same simulation gives the same transcript every time")
    func determinism() async throws {
        func transcript(seed: UInt64) async throws -> [Int] {
            let loop = SimulatedLoop()
            let seen = Record()
            try await loop.run { stage in
                await withTaskGroup(of: Void.self) { group in
                    for worker in 0..<50 {
                        group.addTask {
                            await stage.perform { stage in
                                var random = SplitMix(seed: seed &+ UInt64(worker))
                                for _ in 0..<20 {
                                    try? await loop.time.sleep(for: .milliseconds(Int64(random.next() % 1_000)))
                                    seen.append(worker * 1_000_000 + Int(loop.time.now.nanoseconds / 1_000_000))
                                }
                            }
                        }
                    }
                }
            }
            return seen.all
        }
        let first = try await transcript(seed: 7)
        #expect(first.count == 1_000)
        for _ in 0..<5 { #expect(try await transcript(seed: 7) == first) }
        #expect(try await transcript(seed: 8) != first)
    }
}
