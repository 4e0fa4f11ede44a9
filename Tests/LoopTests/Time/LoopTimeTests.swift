import Loop
import Mail
import MartletTesting
import Testing

@Suite("Sleeping on a loop", .timeLimit(.minutes(1)))
struct LoopTimeTests {
    @Test("never returns early", arguments: [true, false])
    func neverEarly(onLoop: Bool) async throws {
        try await withLoop { loop in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for milliseconds in [60, 1, 30, 0, 90, 7] {
                    group.addTask {
                        let sleep: @Sendable () async throws -> Void = {
                            let due = loop.time.now + .milliseconds(milliseconds)
                            try await loop.time.sleep(until: due)
                            #expect(loop.time.now >= due)
                            #expect(loop.isCurrent == onLoop)
                        }
                        if onLoop { try await loop.run { stage in try await sleep() } } else { try await sleep() }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("sleepers wake in the order of their deadlines")
    func order() async throws {
        try await withLoop { loop in
            let seen = Record()
            try await loop.run { stage in
                let start = loop.time.now
                let tasks = [900, 300, 600].map { milliseconds in
                    Task {
                        _ = stage
                        try await loop.time.sleep(until: start + .milliseconds(milliseconds))
                        seen.append(milliseconds)
                    }
                }
                for task in tasks { try await task.value }
            }
            #expect(seen.all == [300, 600, 900])
        }
    }

    @Test("cancelling ends the sleep at once", arguments: [true, false])
    func cancellation(onLoop: Bool) async throws {
        try await withLoop { loop in
            let sleeper = Task {
                if onLoop {
                    try await loop.run { stage in try await loop.time.sleep(for: .seconds(3_600)) }
                } else {
                    try await loop.time.sleep(for: .seconds(3_600))
                }
            }
            // Whether it sleeps already or not, it must end.
            sleeper.cancel()
            await #expect(throws: CancellationError.self) { try await sleeper.value }

            let late = Task { try await loop.run { stage in try await loop.time.sleep(for: .seconds(3_600)) } }
            try await loop.time.sleep(for: .milliseconds(20))
            late.cancel()
            await #expect(throws: CancellationError.self) { try await late.value }
        }
    }

    @Test("the system's clock sleeps without a loop, and ends when cancelled")
    func systemTime() async throws {
        let time = SystemTime()
        let start = time.now
        try await time.sleep(for: .milliseconds(5))
        #expect(time.now >= start + .milliseconds(5))
        let sleeper = Task { try await time.sleep(until: .distantFuture) }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        #expect(time.wall > WallTime(milliseconds: 1_700_000_000_000))
    }
}
