import Mail
import MartletTesting
import Synchronization
import Testing

@testable import Queue

@Suite struct QuotaTests {
    private let a = UUIDv7(high: 0x7000, low: 0x8000_0000_0000_000A)
    private let b = UUIDv7(high: 0x7000, low: 0x8000_0000_0000_000B)

    private func days(_ rules: [QuotaTable.Rule], zone: String = "Europe/Berlin") throws -> Days {
        let calendar = try #require(DayCalendar(zone))
        return try Days(
            DailySetup(calendar: calendar, quotas: try QuotaTable(rules)), from: "2026-10-24T20:00:00Z")
    }

    @Test func aQuotaIsWholeAgainWhenTheDayBegins() throws {
        let days = try days([
            .init("all", .tenant(nil), cap: 100), .init("big", .tenant(a), cap: 300),
            .init("campaigns", .campaign(nil), cap: 10),
        ])
        let (big, small) = (
            try #require(days.counters.counter(for: .tenantQuota(a))),
            try #require(days.counters.counter(for: .tenantQuota(b)))
        )
        let campaign = try #require(days.counters.counter(for: .campaignQuota(b)))
        #expect(days.counters.counter(for: .tenantQuota(a)) == big && Set([big, small, campaign]).count == 3)
        #expect(days.counters.counter(for: .warmup(source: "ip1", group: "other")) == nil)
        #expect(try days.send(1_000, of: big) == 300)
        #expect(try days.send(1_000, of: small) == 100)
        #expect(try days.send(1_000, of: campaign) == 10)
        // Two hours to midnight in Berlin; the day that begins then has 25.
        let midnight = days.time.now + .seconds(2 * 3_600)
        #expect(
            days.counters.refusal(of: small, at: days.time.now)
                == .init(cause: .quota(rule: "all", key: .tenantQuota(b), cap: 100, sent: 100), earliest: midnight))
        days.time.advance(to: MonotonicInstant(nanoseconds: midnight.nanoseconds - 1))
        #expect(try days.send(1, of: small) == 0)
        days.time.advance(to: midnight)
        #expect(days.counters.refusal(of: small, at: midnight) == nil)
        #expect(try days.send(1_000, of: small) == 100)
        #expect(days.counters.refusal(of: small, at: midnight)?.earliest == midnight + .seconds(25 * 3_600))
    }

    @Test func whatComesBackGoesBackToItsDay() throws {
        let days = try days([.init("all", .tenant(nil), cap: 10)])
        let number = try #require(days.counters.counter(for: .tenantQuota(a)))
        #expect(days.counters.take(10, of: number, at: days.time.now) == .success(10))
        days.counters.settle(number, delivered: 1, failed: 1, untried: 4, at: days.time.now)
        #expect(days.counters.take(10, of: number, at: days.time.now) == .success(4))
        days.time.advance(by: .seconds(3 * 3_600))
        #expect(days.counters.take(10, of: number, at: days.time.now) == .success(10))
        days.counters.settle(number, delivered: 0, failed: 0, untried: 8, at: days.time.now)
        #expect(try days.send(10, of: number) == 0)
        days.counters.settle(number, delivered: 0, failed: 0, untried: 10, at: days.time.now)
        #expect(try days.send(100, of: number) == 10)
    }

    @Test func aReloadChangesCapsAndKeepsCounts() throws {
        let days = try days([.init("all", .tenant(nil), cap: 10)])
        let number = try #require(days.counters.counter(for: .tenantQuota(a)))
        #expect(try days.send(100, of: number) == 10)
        let calendar = try #require(DayCalendar("Europe/Berlin"))
        days.counters.replace(
            DailySetup(calendar: calendar, quotas: try QuotaTable([.init("more", .tenant(a), cap: 15)])))
        #expect(days.counters.counter(for: .tenantQuota(a)) == number)
        #expect(try days.send(100, of: number) == 5)
        days.counters.replace(DailySetup(calendar: calendar))
        #expect(days.counters.counter(for: .tenantQuota(a)) == nil)
        #expect(try days.send(100, of: number) == 100)
    }

    @Test func rulesThatContradictEachOtherAreRefused() {
        #expect(throws: QuotaTableFailure.notPositive(rule: 0)) { try QuotaTable([.init("", .tenant(nil), cap: 0)]) }
        #expect(throws: QuotaTableFailure.contradiction(rule: 1, earlier: 0)) {
            try QuotaTable([.init("", .campaign(b), cap: 1), .init("", .campaign(b), cap: 2)])
        }
    }

    /// Eight threads that take and give back as fast as they can.
    @Test func neverAboveTheCapFromManyThreads() async throws {
        let days = try days([.init("all", .tenant(nil), cap: 20_000)])
        let plan = try WarmupPlan("p", caps: [30_000])
        days.counters.replace(
            DailySetup(
                warmups: try WarmupTable([.init(source: "s", plans: ["other": plan])]),
                quotas: try QuotaTable([.init("all", .tenant(nil), cap: 20_000)])))
        let numbers = [
            (try #require(days.counters.counter(for: .tenantQuota(a))), 20_000),
            (try #require(days.counters.counter(for: .warmup(source: "s", group: "x"))), 30_000),
        ]
        let now = days.time.now
        for (number, cap) in numbers {
            let tally = Tally()
            let counters = days.counters
            await withTaskGroup(of: Void.self) { group in
                for seed in 0..<8 as Range<UInt64> {
                    group.addTask {
                        var random = SplitMix64(seed: seed)
                        var held = 0
                        for _ in 0..<20_000 {
                            if case .success(let granted) = counters.take(
                                .random(in: 1...9, using: &random), of: number, at: now)
                            {
                                held += granted
                                let now = tally.left.wrappingAdd(granted, ordering: .relaxed).newValue
                                tally.most.max(now, ordering: .relaxed)
                            } else if held == 0 {
                                return
                            }
                            if Int.random(in: 0..<3, using: &random) == 0, held > 0 {
                                let untried = Int.random(in: 0...held, using: &random)
                                // Counted down before it is given back: never too low at the check.
                                tally.left.wrappingSubtract(untried, ordering: .relaxed)
                                counters.settle(
                                    number, delivered: held - untried, failed: 0, untried: untried, at: now)
                                held = 0
                            }
                        }
                        if held > 0 { counters.settle(number, delivered: held, failed: 0, untried: 0, at: now) }
                    }
                }
            }
            #expect(tally.most.load(ordering: .relaxed) <= cap)
            _ = try days.send(cap, of: number)
            #expect(days.counters.refusal(of: number, at: now) != nil)
            #expect(tally.left.load(ordering: .relaxed) > cap / 2)
        }
        #expect(days.counters.warmups().first?.sent == 30_000)
    }
}

/// Deliveries that have left and were not given back, at present and at most.
private final class Tally: Sendable {
    let left = Atomic<Int>(0)
    let most = Atomic<Int>(0)
}
