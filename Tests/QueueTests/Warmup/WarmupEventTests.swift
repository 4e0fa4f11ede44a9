import Mail
import MartletTesting
import Synchronization
import Testing

@testable import Queue

/// Single events: what comes back, what operators say, reloads.
@Suite struct WarmupEventTests {
    private func days(_ caps: [Int] = [100, 200, 400]) throws -> Days {
        try Days(Days.setup(try Days.plan(caps)), from: "2027-01-01T00:00:00Z")
    }

    private func take(_ days: Days, _ count: Int) throws -> Int {
        try days.counters.take(count, of: days.number(), at: days.time.now).get()
    }

    private func settle(_ days: Days, delivered: Int = 0, failed: Int = 0, untried: Int = 0) throws {
        days.counters.settle(
            try days.number(), delivered: delivered, failed: failed, untried: untried, at: days.time.now)
    }

    @Test func whatWasNeverTriedGoesBackToTheDayItWasTakenOn() throws {
        let days = try days()
        #expect(try take(days, 100) == 100)
        try settle(days, delivered: 60, untried: 30)
        #expect(try days.progress.sent == 70)
        #expect(try take(days, 100) == 30)
        // Forty are under way at midnight.
        days.nextDay(0)
        #expect(try days.progress.judgement == .held(.tooLittle(delivered: 60, needed: 90)))
        #expect(try take(days, 50) == 50)
        // They were yesterday's, so today's cap gets nothing back.
        try settle(days, untried: 40)
        #expect(try days.progress.sent == 50)
        try settle(days, delivered: 20, untried: 30)
        #expect(try days.progress.sent == 20 && days.progress.delivered == 20)
        #expect(try take(days, 500) == 80)
    }

    /// Which of two batches came back, nobody says: the cap is kept in either case.
    @Test func nothingThatMayBeYesterdaysIsGivenBackToday() throws {
        let days = try days()
        #expect(try take(days, 10) == 10)
        days.nextDay(0)
        #expect(try take(days, 10) == 10)
        // It may have been yesterday's batch that was delivered; if today's was, ten have left today.
        try settle(days, delivered: 10)
        try settle(days, untried: 10)
        #expect(try days.progress.sent == 10)
        #expect(try take(days, 500) == 90)
    }

    /// A batch that is cut down as soon as it is taken costs today nothing, whatever else is under way.
    @Test func whatIsGivenBackAtOnceIsOfToday() throws {
        let days = try days()
        #expect(try take(days, 50) == 50)
        days.nextDay(0)
        for _ in 0..<100 {
            #expect(try take(days, 100) == 100)
            days.counters.untake(100, of: try days.number(), at: days.time.now)
        }
        #expect(try days.progress.sent == 0)
        // Another thread has read the clock a moment before midnight, and comes back after it.
        let before = MonotonicInstant(nanoseconds: days.time.now.nanoseconds - 1)
        #expect(try take(days, 10) == 10)
        days.counters.untake(10, of: try days.number(), at: before)
        #expect(try days.progress.sent == 10)
        try settle(days, untried: 50)
        #expect(try days.progress.sent == 0, "all that was under way has come back, ten of it today's")
    }

    @Test func whatIsUnderWayAtMidnightStillCountsForYesterday() throws {
        let days = try days()
        #expect(try take(days, 100) == 100)
        try settle(days, delivered: 85)
        days.nextDay(0)
        #expect(try days.progress.judgement == .held(.tooLittle(delivered: 85, needed: 90)))
        try settle(days, delivered: 4)
        #expect(try days.progress.stage == 1)
        try settle(days, delivered: 1)
        let progress = try days.progress
        #expect(progress.stage == 2 && progress.cap == 200 && progress.delivered == 0)
        #expect(progress.judgement == .promoted)
        // Only once.
        try settle(days, delivered: 10)
        #expect(try days.progress.stage == 2)
    }

    /// It uses up the cap, and is not asked of the day; but half of the cap must have been judged.
    @Test func greylistingSpeaksNeitherForNorAgainst() throws {
        let days = try days()
        #expect(try take(days, 100) == 100)
        func settle(delivered: Int, failed: Int = 0, greylisted: Int) throws {
            days.counters.settle(
                try days.number(), delivered: delivered, failed: failed, greylisted: greylisted, untried: 0,
                at: days.time.now)
        }
        try settle(delivered: 60, failed: 10, greylisted: 30)
        #expect((try? take(days, 1)) == nil, "the cap counts what a host has heard of")
        #expect(try days.progress.needed == 63)
        days.nextDay()
        #expect(try days.progress.judgement == .held(.tooLittle(delivered: 60, needed: 63)))
        #expect(try take(days, 100) == 100 && days.progress.needed == 90)
        try settle(delivered: 63, failed: 7, greylisted: 30)
        days.nextDay()
        #expect(try days.progress.judgement == .promoted && days.progress.cap == 200)
        // All but fifty greylisted: that is too little to know.
        #expect(try take(days, 200) == 200)
        try settle(delivered: 50, greylisted: 150)
        days.nextDay()
        #expect(try days.progress.judgement == .held(.tooLittle(delivered: 50, needed: 90)))
        #expect(try days.progress.stage == 2)
    }

    @Test func aHeldStageStaysAndAHeldSourceRests() async throws {
        let days = try days()
        try days.send(100)
        var now = try await days.counters.hold(source: "ip1", group: nil, .stage)
        #expect(now.map(\.hold) == [.stage] && now.first?.completion == nil)
        days.nextDay()
        #expect(try days.progress.stage == 1 && days.progress.judgement == .held(.byOperator))
        #expect(try days.send(1_000) == 100)
        now = try await days.counters.hold(source: "ip1", group: "other", .zero)
        #expect(now.first?.cap == 0)
        let refusal = DailyRefusal(cause: .warmupPaused(source: "ip1", group: "other"), earliest: nil)
        #expect(days.counters.refusal(of: try days.number(), at: days.time.now) == refusal)
        // Days on which nothing may leave are not idle ones.
        for _ in 0..<30 { days.nextDay() }
        #expect(try days.progress.idleDays == 0)
        now = try await days.counters.resume(source: "ip1", group: nil)
        #expect(now.first?.hold == nil && now.first?.stage == 1)
        #expect(try days.send(1_000) == 100)
        days.nextDay()
        #expect(try days.progress.stage == 2)
    }

    @Test func whoWaitsIsToldWhenItIsOver() async throws {
        let days = try days()
        let told = Mutex(0)
        days.counters.whenFreed { told.withLock { $0 += 1 } }
        try days.send(1_000)
        #expect(told.withLock { $0 } == 0)
        _ = try await days.counters.setStage(source: "ip1", group: nil, 2)
        #expect(told.withLock { $0 } == 1)
        days.counters.replace(try Days.setup(try Days.plan([100, 200, 400])))
        #expect(told.withLock { $0 } == 2)
        days.nextDay()
        _ = days.counters.refusal(of: try days.number(), at: days.time.now)
        #expect(told.withLock { $0 } == 3)
        try days.send(1_000)
        #expect(told.withLock { $0 } == 3)
    }

    @Test func aFinishedWarmUpCanBeHeld() async throws {
        let days = try days([10])
        try days.send(10)
        days.nextDay()
        #expect(try days.progress.isFinished && days.send(5_000) == 5_000)
        _ = try await days.counters.hold(source: "ip1", group: nil, .zero)
        #expect(try days.send(1) == 0)
        _ = try await days.counters.resume(source: "ip1", group: nil)
        #expect(try days.send(7) == 7)
    }

    @Test func anOperatorSetsTheStageWhichHoldsToday() async throws {
        let days = try days()
        try days.send(100)
        _ = try await days.counters.setStage(source: "ip1", group: nil, 3)
        #expect(try days.progress.judgement == .setByOperator)
        #expect(try days.send(1_000) == 300)
        _ = try await days.counters.setStage(source: "ip1", group: nil, 1)
        #expect(try days.send(1_000) == 0)
        let finished = try await days.counters.setStage(source: "ip1", group: nil, 4)
        #expect(finished.first?.isFinished == true)
        #expect(try days.send(10_000) == 10_000)
        for stage in [0, -1, 5, .max] {
            await #expect(throws: WarmupFailure.noSuchStage(stage, stages: 3)) {
                try await days.counters.setStage(source: "ip1", group: nil, stage)
            }
        }
        await #expect(throws: WarmupFailure.unknownSource("x", known: ["ip1"])) {
            try await days.counters.resume(source: "x", group: nil)
        }
        await #expect(throws: WarmupFailure.unknownGroup("google", known: ["other"])) {
            try await days.counters.hold(source: "ip1", group: "google", .zero)
        }
    }

    @Test func aReloadKeepsWhatHasTheSameShape() throws {
        let days = try days()
        let number = try days.number()
        try days.send(100)
        days.nextDay()
        try days.send(150)
        #expect(try take(days, 10) == 10)
        var plan = try Days.plan([100, 200, 400]) { $0.promotion = 500 }
        plan.name = "other name"
        days.counters.replace(try Days.setup(plan))
        #expect(try days.progress.stage == 2 && days.progress.sent == 160 && days.progress.plan == "other name")
        #expect(try days.progress.needed == 100)
        #expect(try days.number() == number)
        try settle(days, untried: 10)
        #expect(try days.progress.sent == 150)
        // Another shape: the stage that allows no more.
        days.counters.replace(try Days.setup(try Days.plan([50, 120, 199, 300])))
        #expect(try days.progress.stage == 3 && days.progress.cap == 199 && days.progress.sent == 150)
        #expect(try days.send(1_000) == 49)
        // Not named any more: not limited, and not forgotten.
        days.counters.replace(DailySetup())
        #expect(days.counters.counter(for: .warmup(source: "ip1", group: "google")) == nil)
        #expect(days.counters.warmups().isEmpty)
        guard case .success(7) = days.counters.take(7, of: number, at: days.time.now) else {
            Issue.record("a counter from before the reload must not stop what it does not limit")
            return
        }
        days.counters.replace(try Days.setup(try Days.plan([50, 120, 199, 300])))
        #expect(try days.progress.stage == 3 && days.progress.sent == 206)
        days.counters.replace(try Days.setup(try Days.plan([7, 1_000])))
        #expect(try days.progress.stage == 1 && days.progress.cap == 7)
        // Another zone.
        days.counters.replace(try Days.setup(try Days.plan([7, 1_000]), zone: "Pacific/Kiritimati"))
        #expect(try days.send(1) == 0)
        days.time.advance(by: .seconds(13 * 3_600))
        #expect(try days.send(5_000) == 1_000, "the day that ended early by the new zone had lasted twenty hours")
    }
}
