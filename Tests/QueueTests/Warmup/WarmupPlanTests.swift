import Testing

@testable import Queue

@Suite struct WarmupPlanTests {
    @Test func theLadderHasTheStagesThatSparkPostPublishes() throws {
        #expect(WarmupPlan.ladder.count == 29)
        #expect(WarmupPlan.ladder.first == 200 && WarmupPlan.ladder.last == 10_000_000)
        #expect(WarmupPlan.ladder[9] == 75_000 && WarmupPlan.ladder[19] == 1_000_000)
        _ = try WarmupPlan("default", caps: WarmupPlan.ladder)
    }

    @Test(arguments: [
        ([], WarmupPlanFailure.empty), ([0], .badCap(stage: 1)), ([5, -1], .badCap(stage: 2)),
        ([5, 4], .falling(stage: 2)), ([1, 2, 2, 1], .falling(stage: 4)), ([.max], .badCap(stage: 1)),
    ])
    func capsThatAreNoLadderAreRefused(caps: [Int], failure: WarmupPlanFailure) {
        #expect(throws: failure) { try WarmupPlan("p", caps: caps) }
    }

    /// By hand: 200 * 500^(d / 29), to two digits.
    @Test func aCurveGrowsByTheSameFactor() {
        #expect(
            WarmupPlan.curve(to: 100_000, days: 30) == [
                200, 250, 310, 380, 470, 580, 720, 900, 1_100, 1_400, 1_700, 2_100, 2_600, 3_200, 4_000, 5_000, 6_200,
                7_600, 9_500, 12_000, 15_000, 18_000, 22_000, 28_000, 34_000, 42_000, 53_000, 65_000, 81_000, 100_000,
            ])
        #expect(WarmupPlan.curve(to: 100, days: 3) == [100, 100, 100])
        #expect(WarmupPlan.curve(to: 100, days: 3, from: 1) == [1, 10, 100])
        #expect(WarmupPlan.curve(to: 7, days: 1) == [7])
        #expect(WarmupPlan.curve(to: 5_000, days: 2) == [200, 5_000])
    }

    /// Whatever the target, a curve is a plan that ends at it.
    @Test func everyCurveIsALadder() throws {
        var random = SplitMix64(seed: 1)
        for _ in 0..<2_000 {
            let target = Int.random(in: 1...Int.random(in: 1...1_000_000_000, using: &random), using: &random)
            let days = Int.random(in: 1...400, using: &random)
            let plan = try WarmupPlan(
                "c", caps: WarmupPlan.curve(to: target, days: days, from: .random(in: 1...2_000, using: &random)))
            #expect(plan.caps.count == days && plan.caps.last == target)
        }
    }

    @Test func ninetyPercentIsEnoughAndAThousandthLessIsNot() throws {
        for cap in [1, 2, 7, 10, 199, 200, 1_000, 325_000, WarmupPlan.largestCap] {
            let plan = try WarmupPlan("p", caps: [cap])
            let needed = plan.needed(cap)
            #expect(plan.promotes(delivered: needed, cap: cap) && !plan.promotes(delivered: needed - 1, cap: cap))
            #expect(Double(needed) >= Double(cap) * 0.9 - 0.001 && Double(needed - 1) < Double(cap) * 0.9)
        }
        let plan = try WarmupPlan("p", caps: [1_000])
        #expect(plan.promotes(delivered: 900, cap: 1_000) && !plan.promotes(delivered: 899, cap: 1_000))
        // Who asks for nothing still asks for a day with mail.
        var free = plan
        free.promotion = 0
        #expect(free.promotes(delivered: 1, cap: 1_000) && !free.promotes(delivered: 0, cap: 1_000))
    }

    @Test func aTableKnowsWhoseCounterItIs() throws {
        let plan = try WarmupPlan("p", caps: [1])
        let table = try WarmupTable([.init(source: "a", plans: ["other": plan, "google": plan])])
        #expect(table.group(of: "a", "google") == "google" && table.group(of: "a", "yahoo") == "other")
        #expect(table.group(of: "b", "google") == nil)
        #expect(throws: WarmupTableFailure.assignedTwice(source: "a", places: [0, 1])) {
            try WarmupTable([.init(source: "a", plans: ["other": plan]), .init(source: "a", plans: ["other": plan])])
        }
        #expect(throws: WarmupTableFailure.noPlanForOthers(source: "a", place: 0)) {
            try WarmupTable([.init(source: "a", plans: ["google": plan])])
        }
    }
}
