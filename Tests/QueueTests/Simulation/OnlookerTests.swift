import Mail
import Testing

@testable import Queue

/// The onlooker itself: a test that could not fail would prove nothing.
@Suite struct OnlookerTests {
    @Test func seesWhenALimitIsNotKept() {
        var seen = 0
        for seed in UInt64(0)..<40 {
            let world = RandomWorld(seed: seed)
            let onlooker = Onlooker(world)
            // The scheduler is told of no limits; the onlooker knows them.
            var plan = world.plan
            plan.options.throttles = .empty
            plan.verbs = []
            var simulation = Simulation(plan, seed: seed, observer: onlooker)
            simulation.begin()
            while simulation.step(), onlooker.problems.isEmpty {}
            if !onlooker.problems.isEmpty { seen += 1 }
        }
        #expect(seen >= 5, "worlds in which a broken limit was seen")
    }

    @Test func seesWhenACapIsNotKept() {
        var seen = 0
        for seed in UInt64(0)..<60 {
            let world = RandomWorld(seed: seed)
            guard !world.plan.daily.isEmpty else { continue }
            let onlooker = Onlooker(world)
            var plan = world.plan
            plan.daily = .none
            var simulation = Simulation(plan, seed: seed, observer: onlooker)
            simulation.begin()
            while simulation.step(), onlooker.problems.isEmpty {}
            if onlooker.problems.contains(where: { $0.contains("whose cap is") }) { seen += 1 }
        }
        #expect(seen >= 3, "worlds in which a broken cap was seen")
    }

    @Test func seesWhenAHoldIsNotKept() {
        let world = RandomWorld(seed: 1)
        let onlooker = Onlooker(world)
        for tenant in RandomWorld.tenants { onlooker.holds.add(.tenant(tenant), until: nil) }
        var simulation = Simulation(world.plan, seed: 1, observer: onlooker)
        simulation.begin()
        while simulation.step(), onlooker.problems.isEmpty {}
        #expect(onlooker.problems.first?.contains("in spite of") == true)
    }

    /// The running minimum against every window there is.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func theWorstWindowIsFound(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let rate = try #require(RateLimit(count: random.within(1...9), per: .seconds(2), burst: random.within(1...6)))
        let interval = Int128((2_000_000_000 + rate.count - 1) / rate.count)
        var window = RateWindow(rate)
        var passed: [(time: Int64, count: Int)] = []
        var time: Int64 = 0
        for _ in 0..<60 {
            time += Int64(random.within(0...900_000_000))
            passed.append((time, random.within(1...3)))
            let found = window.add(passed[passed.count - 1].count, at: time)
            var worst = -Double.infinity
            for first in passed.indices {
                let sum = passed[first...].reduce(0) { $0 + $1.count }
                let allowed = Int128(rate.burst) * interval + Int128(time - passed[first].time)
                worst = max(worst, Double(Int128(sum) * interval - allowed) / Double(interval))
            }
            #expect(abs(found - worst) < 1e-9)
        }
    }
}
