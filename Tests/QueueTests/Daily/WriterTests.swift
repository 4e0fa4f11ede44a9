import Mail
import MartletTesting
import Testing

@testable import Queue

/// The writer behind the counters, on a simulated loop.
@Suite struct WriterTests {
    private let loop = SimulatedLoop(time: VirtualTime(start: WallTime(milliseconds: 1_798_790_400_000)))

    private func open(_ store: MemoryState, _ caps: [Int] = [100, 200]) async throws -> DailyCounters {
        try await DailyCounters.open(
            Days.setup(try Days.plan(caps)), store: store, time: loop.time)
    }

    private func number(_ counters: DailyCounters) throws -> UInt32 {
        try #require(counters.counter(for: .warmup(source: "ip1", group: "x")))
    }

    @Test func nothingIsSpentBeforeItIsDurableAndNobodyWaitsLong() async throws {
        let store = MemoryState()
        let counters = try await open(store)
        let number = try number(counters)
        let loop = loop
        try await loop.run { _ in
            let run = Task(executorPreference: loop) { await counters.run() }
            let now = loop.time.now
            #expect(
                counters.take(40, of: number, at: now)
                    == .failure(
                        .init(
                            cause: .reserving(.warmup(source: "ip1", group: "other")),
                            earliest: now + .milliseconds(5))))
            // To explain, it is not worth a word.
            #expect(counters.refusal(of: number, at: now) == nil)
            var sent = 0
            while sent < 100 {
                switch counters.take(40, of: number, at: loop.time.now) {
                case .success(let granted):
                    sent += granted
                    counters.settle(number, delivered: granted, failed: 0, untried: 0, at: loop.time.now)
                    let stored = StoredDays(store.values()).entries[.warmup(source: "ip1", group: "other")]
                    #expect(stored??.reserved ?? 0 >= sent)
                case .failure(let refusal):
                    guard case .reserving = refusal.cause, let earliest = refusal.earliest else {
                        Issue.record("\(refusal)")
                        return
                    }
                    try await loop.time.sleep(until: earliest)
                }
            }
            #expect(loop.time.now - now < .milliseconds(200))
            await counters.close()
            await run.value
        }
        let again = try await open(store)
        #expect(again.warmups().first?.sent == 100 && again.warmups().first?.delivered == 100)
    }

    @Test func aDiskThatRefusesStopsWhatIsLimitedAndVerbsAreNotDone() async throws {
        let store = MemoryState()
        let counters = try await open(store)
        let number = try number(counters)
        let loop = loop
        try await loop.run { _ in
            let run = Task(executorPreference: loop) { await counters.run() }
            try await loop.time.sleep(for: .milliseconds(1))
            store.fail(.unavailable("no space"))
            _ = counters.take(40, of: number, at: loop.time.now)
            try await loop.time.sleep(for: .seconds(3))
            let refusal = counters.refusal(of: number, at: loop.time.now)
            #expect(refusal?.cause == .reserving(.warmup(source: "ip1", group: "other")))
            #expect(refusal?.earliest == loop.time.now + .seconds(1))
            await #expect(throws: WarmupFailure.storage) {
                try await counters.hold(source: "ip1", group: nil, .zero)
            }
            #expect(counters.warmups().first?.hold == nil)
            store.fail(nil)
            try await loop.time.sleep(for: .seconds(3))
            #expect(counters.refusal(of: number, at: loop.time.now) == nil)
            guard case .success = counters.take(4, of: number, at: loop.time.now) else {
                Issue.record("the disk is well again")
                return
            }
            let held = try await counters.hold(source: "ip1", group: nil, .stage)
            #expect(held.first?.hold == .stage)
            _ = try await counters.setStage(source: "ip1", group: "other", 2)
            await #expect(throws: WarmupFailure.noSuchStage(9, stages: 2)) {
                try await counters.setStage(source: "ip1", group: "other", 9)
            }
            run.cancel()
            await run.value
            await counters.close()
            await #expect(throws: WarmupFailure.shuttingDown) {
                try await counters.resume(source: "ip1", group: nil)
            }
            guard case .failure = counters.take(1, of: number, at: loop.time.now) else {
                Issue.record("taken after the last write")
                return
            }
        }
        // Verbs were durable when they returned, and the counts of a cancelled writer are exact.
        let again = try await open(store).warmups().first
        #expect(again?.hold == .stage && again?.stage == 2 && again?.sent == 4 && again?.judgement == .setByOperator)
    }

    @Test func aStoreThatCannotBeReadIsNoBeginning() async throws {
        struct Broken: QueueStateStore {
            func load(_ section: String) async throws(StorageFailure) -> [(key: String, value: [UInt8])] {
                throw .unavailable("no")
            }
            func save(
                _ section: String, _ changes: [(key: String, value: [UInt8]?)]
            ) async throws(StorageFailure) {}
        }
        await #expect(throws: StorageFailure.unavailable("no")) {
            try await DailyCounters.open(
                Days.setup(try Days.plan([1])), store: Broken(), time: loop.time)
        }
    }

    /// Thirty days with a restart each night: nothing of the plan is lost.
    @Test func aRestartEachNightLosesNothing() async throws {
        let store = MemoryState()
        let loop = loop
        var stages: [Int] = []
        for _ in 0..<30 {
            let counters = try await open(store, WarmupPlan.ladder.map { min($0, 500) }.map { $0 / 10 })
            let number = try number(counters)
            try await loop.run { _ in
                let run = Task(executorPreference: loop) { await counters.run() }
                var sent = 0
                loop.time.advance(by: .seconds(60))
                while true {
                    switch counters.take(40, of: number, at: loop.time.now) {
                    case .success(let granted):
                        sent += granted
                        counters.settle(number, delivered: granted, failed: 0, untried: 0, at: loop.time.now)
                        if sent > 1_000 { break }
                        continue
                    case .failure(let refusal):
                        if case .reserving = refusal.cause, let earliest = refusal.earliest {
                            try await loop.time.sleep(until: earliest)
                            continue
                        }
                    }
                    break
                }
                await counters.close()
                await run.value
            }
            stages.append(counters.warmups().first?.stage ?? 0)
            loop.time.advance(by: .seconds(86_400))
        }
        #expect(stages == Array(1...29) + [29])
    }

    /// Records of quotas whose day has passed do not pile up.
    @Test func oldQuotasLeaveTheStore() async throws {
        let store = MemoryState()
        let setup = DailySetup(quotas: try QuotaTable([.init("all", .tenant(nil), cap: 100)]))
        let counters = try await DailyCounters.open(setup, store: store, time: loop.time)
        let loop = loop
        let numbers = try (0..<50).map { index in
            try #require(counters.counter(for: .tenantQuota(UUIDv7(high: 0x7000, low: UInt64(index)))))
        }
        try await loop.run { _ in
            let run = Task(executorPreference: loop) { await counters.run() }
            for number in numbers { _ = counters.take(1, of: number, at: loop.time.now) }
            try await loop.time.sleep(for: .seconds(1))
            for number in numbers { #expect(counters.take(1, of: number, at: loop.time.now) == .success(1)) }
            try await loop.time.sleep(for: .seconds(20))
            #expect(store.values().count == 51)
            try await loop.time.sleep(for: .seconds(86_400))
            _ = counters.take(1, of: numbers[0], at: loop.time.now)
            try await loop.time.sleep(for: .seconds(20))
            #expect(store.values().count == 2)
            await counters.close()
            await run.value
        }
        #expect(store.saves < 20)
    }
}
