import Mail
import MartletTesting
import Testing

@testable import Queue

/// Thirty days, told by hand.
@Suite struct ThirtyDaysTests {
    /// More mail than it may send, all of it delivered: one stage a day, and on the thirtieth nothing is limited.
    @Test(arguments: ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
    func theLadderInThirtyDays(zone: String) throws {
        let days = try Days(
            Days.setup(try WarmupPlan("default", caps: WarmupPlan.ladder), zone: zone), from: "2026-10-10T00:00:00Z")
        let calendar = try #require(DayCalendar(zone))
        var today = calendar.day(at: days.time.wall)
        let number = try days.number()
        for stage in 1...29 {
            let cap = WarmupPlan.ladder[stage - 1]
            var progress = try days.progress
            #expect(progress.stage == stage && progress.cap == cap && progress.day == today && progress.sent == 0)
            #expect(progress.completion == today + (30 - stage))
            #expect(try days.send(20_000_000) == cap)
            progress = try days.progress
            #expect(progress.sent == cap && progress.delivered == cap)
            // The refusal names the first instant of the next day: a nanosecond before, nothing leaves.
            today = today + 1
            let midnight = days.time.now + (calendar.start(of: today) - days.time.wall)
            let expected = DailyRefusal(
                cause: .warmup(source: "ip1", group: "other", stage: stage, cap: cap, sent: cap), earliest: midnight)
            #expect(days.counters.refusal(of: number, at: days.time.now) == expected)
            days.time.advance(to: MonotonicInstant(nanoseconds: midnight.nanoseconds - 1))
            #expect(days.counters.take(1, of: number, at: days.time.now) == .failure(expected))
            days.time.advance(to: midnight)
            if stage < 29 { #expect(days.counters.refusal(of: number, at: midnight) == nil) }
        }
        let progress = try days.progress
        #expect(progress.isFinished && progress.cap == nil && progress.completion == nil && progress.needed == nil)
        #expect(progress.sendingDays == 29 && progress.judgement == .promoted)
        #expect(try days.send(50_000_000) == 50_000_000)
    }

    private struct Line {
        var offered: Int
        var delivered: Int
        var stage: Int
        var sent: Int
        var judgement: WarmupJudgement?

        init(_ offered: Int, _ delivered: Int, _ stage: Int, _ sent: Int, _ judgement: WarmupJudgement?) {
            self.offered = offered
            self.delivered = delivered
            self.stage = stage
            self.sent = sent
            self.judgement = judgement
        }
    }

    /// A month in which things go wrong: too little mail, days without any, mail that is refused, a bad day.
    @Test func aMonthWithGoodAndBadDays() throws {
        let plan = try Days.plan([100, 200, 400, 800]) { plan in
            plan.demotion = 500
            plan.idleDays = 4
        }
        let days = try Days(Days.setup(plan, start: "2027-02-01"), from: "2027-01-30T12:00:00Z")
        let number = try days.number()
        // Before its first day nothing leaves.
        let start = days.time.now + .seconds(36 * 3_600)
        #expect(
            days.counters.take(5, of: number, at: days.time.now)
                == .failure(.init(cause: .warmupPaused(source: "ip1", group: "other"), earliest: start)))
        #expect(try days.progress.start?.description == "2027-02-01" && days.progress.cap == 0)
        #expect(try days.progress.completion?.description == "2027-02-05")
        days.nextDay()
        #expect(try days.send(5) == 0)
        // offered, delivered of 1,000, the day's stage, sent, why it has this stage
        let month: [Line] = [
            Line(1_000, 1_000, 1, 100, nil),
            Line(1_000, 899, 2, 200, .promoted),
            Line(1_000, 900, 2, 200, .held(.tooLittle(delivered: 179, needed: 180))),
            Line(300, 1_000, 3, 300, .promoted),
            Line(359, 1_000, 3, 359, .held(.tooLittle(delivered: 300, needed: 360))),
            Line(360, 1_000, 3, 360, .held(.tooLittle(delivered: 359, needed: 360))),
            Line(5_000, 499, 4, 800, .promoted),
            Line(5_000, 500, 3, 400, .demoted(delivered: 399, tried: 800)),
            Line(0, 0, 3, 0, .held(.tooLittle(delivered: 200, needed: 360))),
            Line(0, 0, 3, 0, .held(.noMail)),
            Line(0, 0, 3, 0, .held(.noMail)),
            Line(10, 1_000, 3, 10, .held(.noMail)),
            Line(0, 0, 3, 0, .held(.tooLittle(delivered: 10, needed: 360))),
            Line(0, 0, 3, 0, .held(.noMail)),
            Line(0, 0, 3, 0, .held(.noMail)),
            Line(0, 0, 3, 0, .held(.noMail)),
            // Four days without mail: cold again.
            Line(5_000, 1_000, 1, 100, .idle(days: 4)),
            Line(5_000, 1_000, 2, 200, .promoted),
            Line(5_000, 100, 3, 400, .promoted),
            Line(5_000, 100, 2, 200, .demoted(delivered: 40, tried: 400)),
            Line(5_000, 100, 1, 100, .demoted(delivered: 20, tried: 200)),
            // There is nothing below the first stage.
            Line(5_000, 1_000, 1, 100, .held(.tooLittle(delivered: 10, needed: 90))),
            Line(5_000, 1_000, 2, 200, .promoted),
            Line(5_000, 1_000, 3, 400, .promoted),
            Line(5_000, 1_000, 4, 800, .promoted),
            Line(5_000, 1_000, 4, 5_000, .promoted),
            Line(0, 0, 4, 0, .promoted),
            Line(9_999, 0, 4, 9_999, .promoted),
        ]
        for (place, line) in month.enumerated() {
            days.nextDay(place % 3 == 0 ? 0 : 9)
            let progress = try days.progress
            let day = "day \(place + 1)"
            #expect(progress.stage == line.stage && progress.judgement == line.judgement, "\(day): \(progress)")
            #expect(progress.isFinished == (place >= 25), "\(day)")
            #expect(try days.send(line.offered, delivered: line.delivered) == line.sent, "\(day)")
        }
        #expect(try days.progress.firstDay?.description == "2027-02-01" && days.progress.sendingDays == 19)
    }

    @Test(arguments: WarmupPlan.Idleness.allCases)
    func tenDaysWithoutMailTurnItOff(idleness: WarmupPlan.Idleness) throws {
        let days = try Days(
            Days.setup(try Days.plan([10, 20, 30]) { $0.idleness = idleness }), from: "2027-01-01T00:00:00Z")
        try days.send(10)
        days.nextDay()
        try days.send(5)
        // Nobody even looks: the days are counted all the same.
        for _ in 0..<11 { days.nextDay() }
        let progress = try days.progress
        switch idleness {
        case .restart: #expect(progress.stage == 1 && progress.judgement == .idle(days: 10))
        case .finish: #expect(progress.isFinished && progress.judgement == .idle(days: 10))
        case .keep: #expect(progress.stage == 2 && progress.idleDays == 10)
        }
        // Ten more without mail do nothing to the first stage.
        for _ in 0..<20 { days.nextDay() }
        #expect(try days.progress.isFinished == (idleness == .finish))
    }

    @Test func nineDaysWithoutMailDoNot() throws {
        let days = try Days(Days.setup(try Days.plan([10, 20, 30])), from: "2027-01-01T00:00:00Z")
        try days.send(10)
        days.nextDay()
        try days.send(5)
        for _ in 0..<10 {
            days.nextDay()
            _ = try days.progress
        }
        #expect(try days.progress.stage == 2 && days.progress.idleDays == 9)
        try days.send(1)
        days.nextDay()
        #expect(try days.progress.idleDays == 0)
    }

    /// Providers with plans of their own do not share a cap; the rest share one.
    @Test func groupsCountForThemselves() throws {
        let table = try WarmupTable([
            .init(
                source: "ip1", plans: ["google": try Days.plan([100, 200]), "other": try Days.plan([10, 20])],
                start: nil)
        ])
        let days = try Days(DailySetup(warmups: table), from: "2027-01-01T00:00:00Z")
        let google = try days.number("ip1", "google")
        #expect(try days.number("ip1", "yahoo") == days.number("ip1", "microsoft"))
        #expect(try days.send(1_000, of: google) == 100)
        #expect(try days.send(6, of: days.number("ip1", "yahoo")) == 6)
        #expect(try days.send(6, of: days.number("ip1", "apple")) == 4)
        days.nextDay()
        #expect(days.counters.warmups().map(\.group) == ["google", "other"])
        #expect(days.counters.warmups().map(\.stage) == [2, 2])
        #expect(days.counters.counter(for: .warmup(source: "ip2", group: "google")) == nil)
    }
}
