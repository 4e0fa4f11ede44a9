import Loop
import Mail
import MartletTesting
import Synchronization
import Testing

@Suite("The loop as an executor", .timeLimit(.minutes(1)))
struct ExecutorTests {
    @Test("jobs run in the order in which they were submitted, on the loop's thread")
    func order() async throws {
        try await withLoop { loop in
            let seen = Record()
            for number in 0..<1_000 { loop.submit { seen.append(loop.isCurrent ? number : -1) } }
            #expect(await loop.run { stage in loop.isCurrent })
            #expect(seen.all == Array(0..<1_000))
            #expect(!loop.isCurrent)
        }
    }

    @Test("what is submitted on the loop runs later, never at once")
    func neverAtOnce() async throws {
        try await withLoop { loop in
            let seen = Record()
            await loop.run { stage in
                loop.submit { seen.append(2) }
                seen.append(1)
            }
            await loop.run { stage in seen.append(3) }
            #expect(seen.all == [1, 2, 3])
        }
    }

    @Test("entries from many threads all arrive, each thread's in its order")
    func mailboxFromManyThreads() async throws {
        try await withLoop { loop in
            let seen = Record()
            await withTaskGroup(of: Void.self) { group in
                for thread in 0..<8 {
                    group.addTask {
                        let pool = BlockingPool(name: "post", threads: 1)
                        await pool.run {
                            for number in 0..<5_000 { loop.submit { seen.append(thread * 100_000 + number) } }
                        }
                    }
                }
            }
            await loop.run { stage in }
            #expect(seen.all.count == 40_000)
            for thread in 0..<8 {
                let own = seen.all.filter { $0 / 100_000 == thread }
                #expect(own == (0..<5_000).map { thread * 100_000 + $0 })
            }
        }
    }

    @Test("actors of one loop call each other without a switch; the loop is known as their executor")
    func noHop() async throws {
        try await withLoop { loop in
            let here = Stage(on: loop)
            let there = Stage(on: loop)
            let seen = Record()
            await Task(executorPreference: loop) {
                await here.perform { stage in
                    loop.submit { seen.append(3) }
                    seen.append(1)
                    await there.perform { stage in
                        stage.assertIsolated()
                        seen.append(2)
                    }
                    // No other job of the loop could come between.
                    #expect(seen.all == [1, 2])
                    here.assertIsolated()
                }
            }.value
            await here.perform { stage in }
            #expect(seen.all == [1, 2, 3])
        }
    }

    @Test("a job that never stops making jobs does not keep the loop from its sockets")
    func fairness() async throws {
        try await withLoop { loop in
            let isOver = Flag()
            @Sendable func spin() { if !isOver.isSet { loop.submit { spin() } } }
            loop.submit { spin() }
            let (said, heard) = try await withConnection(on: loop) { stage, stream in
                stream.outbound.append("hello")
                try await stream.flush()
                return try await stream.fill()
            } server: { stage, stream in
                let heard = try await stream.fill()
                stream.outbound.append("hello")
                try await stream.flush()
                return heard
            }
            isOver.set()
            #expect(said && heard)
        }
    }

    @Test("loops of a group take turns")
    func group() throws {
        let group = try LoopGroup(count: 3)
        #expect((0..<6).map { _ in group.next().index } == [0, 1, 2, 0, 1, 2])
        group.start()
        group.stop()
    }

    @Test("stop runs what is runnable before it returns, and can be called twice")
    func stopDrains() throws {
        let loop = try EventLoop(index: 0)
        loop.start()
        let seen = Record()
        for number in 0..<100 { loop.submit { loop.submit { seen.append(number) } } }
        loop.stop()
        loop.stop()
        #expect(seen.all.count == 100)
    }

    @Test("loops and what belongs to them are freed")
    func noLeak() async throws {
        await #expect(processExitsWith: .success) {
            try await withoutLeak {
                try await withLoop { loop in
                    _ = try await withConnection(on: loop) { stage, stream in
                        stream.outbound.append("x")
                        try await stream.flush()
                    } server: { stage, stream in
                        _ = try await stream.fill()
                    }
                }
            }
        }
    }
}
