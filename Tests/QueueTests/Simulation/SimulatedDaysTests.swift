import Mail
import Testing

@testable import Queue

/// What `DayClock` promises, seen from outside: whatever somebody does to the wall clock, and whatever summer time does,
/// in 20 hours no more leaves than the caps of two days, and a new day begins after 28 at the latest.
@Suite struct SimulatedDaysTests {
    private final class Counting: SimulationObserver {
        /// Nanoseconds.
        var times: [Int64] = []

        func pulled(_ pull: SimulatedPull, at now: MonotonicInstant) {
            for _ in pull.recipients { times.append(now.nanoseconds) }
        }

        func accepted(_ message: MessageFacts, _ deliveries: [PendingDelivery], at now: MonotonicInstant) {}
        func connecting(_ pull: SimulatedPull, at now: MonotonicInstant) {}
        func opened(_ pull: SimulatedPull, connection: UInt32, at now: MonotonicInstant) {}
        func closed(connection: UInt32, at now: MonotonicInstant) {}
        func carries(_ pull: SimulatedPull, connection: UInt32, at now: MonotonicInstant) {}
        func landed(
            _ pull: SimulatedPull, _ outcomes: [Outcome], _ dispositions: [Disposition], at now: MonotonicInstant
        ) {}
        func left(_ leaving: [Leaving], _ cause: SimulatedDeparture, at now: MonotonicInstant) {}
        func postponed(_ leaving: Leaving, until time: MonotonicInstant, at now: MonotonicInstant) {}
        func cancelling(_ message: UInt64) {}
        func did(_ verb: ScriptedVerb.Action, at now: MonotonicInstant) {}
        func ruled(_ directive: ShapingDirective, at now: MonotonicInstant) {}
        func settled(_ scheduler: borrowing Scheduler, at now: MonotonicInstant) {}
    }

    private static let cap = 50
    private static let hour: Int64 = 3_600_000_000_000

    /// - Parameter jumps: of the wall clock, in hours: when, and by how much.
    private func run(
        start: String, zone: String, jumps: [(at: Int, by: Int)], seed: UInt64
    ) throws -> (times: [Int64], days: Int) {
        var site = SiteScript(name: "google", provider: "google", domains: [Domain(canonical: "gmail.com")])
        site.limits = SiteLimits(connections: 5)
        var traffic = TrafficScript(name: "mail", tenant: RandomWorld.tenants[0], stream: .broadcast, perDay: 0)
        // More than all days let go.
        traffic.bursts = [.init(day: 0, time: .seconds(86_340), count: 2_000, rate: 100_000)]
        traffic.lifetime = .seconds(60 * 86_400)
        let length = 10 * 86_400
        var plan = SimulationPlan(
            start: try #require(WallTime(rfc3339: start)), length: .seconds(length), sites: [site], traffic: [traffic])
        plan.options.egress = try EgressTable(
            sources: [EgressSource(name: "ip")], pools: [SourcePool(name: "p", members: [.init(source: 0)])],
            rules: [PoolRule(pool: "p")])
        let ladder = try WarmupPlan("flat", caps: [Int](repeating: Self.cap, count: 40))
        plan.daily = DailySetup(
            calendar: try #require(DayCalendar(zone)),
            warmups: try WarmupTable([.init(source: "ip", plans: ["other": ladder])]))
        plan.verbs = jumps.map { ScriptedVerb(at: .seconds($0.at * 3_600), .setWall(.seconds($0.by * 3_600))) }
        let counting = Counting()
        var simulation = Simulation(plan, seed: seed, observer: counting)
        let report = simulation.run()
        return (counting.times, report.days.count)
    }

    private func check(_ times: [Int64], _ words: String) {
        var first = 0
        for (place, time) in times.enumerated() {
            while time - times[first] > 20 * Self.hour { first += 1 }
            if place - first + 1 > 2 * Self.cap {
                Issue.record("\(place - first + 1) in 20 hours: \(words)")
                return
            }
        }
        for (one, next) in zip(times, times.dropFirst()) where next - one > 28 * Self.hour + 120_000_000_000 {
            Issue.record("nothing for \((next - one) / Self.hour) hours: \(words)")
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func whateverIsDoneToTheWallClock(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let jumps = (0..<random.within(0...5)).map { _ in
            (at: random.within(30...220), by: random.within(0...96) - 48)
        }
        let (times, _) = try run(start: "2027-01-01T00:00:00Z", zone: "UTC", jumps: jumps, seed: seed)
        check(times, "\(jumps)")
        #expect(times.count >= 6 * Self.cap)
    }

    /// The last Sunday of March has 23 hours, that of October 25; each has one cap.
    @Test(arguments: ["2027-03-25T23:00:00Z", "2027-10-28T22:00:00Z"])
    func summerTimeGivesEveryCivilDayOneCap(start: String) throws {
        let (times, _) = try run(start: start, zone: "Europe/Berlin", jumps: [], seed: 1)
        check(times, start)
        let calendar = try #require(DayCalendar("Europe/Berlin"))
        let begin = try #require(WallTime(rfc3339: start))
        var days: [SendingDay: Int] = [:]
        for time in times {
            let wall = WallTime(milliseconds: begin.milliseconds + (time - 1_000_000_000_000) / 1_000_000)
            days[calendar.day(at: wall), default: 0] += 1
        }
        #expect(days.values.allSatisfy { $0 == Self.cap } && days.count >= 9, "\(days)")
    }
}
