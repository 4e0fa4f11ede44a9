import Mail
import Testing

@testable import Queue

/// What is kept, for how long, and over a reload.
@Suite struct ShapingMemoryTests {
    typealias Sample = ShapingSample
    private static let line = "421 4.7.0 slow down"

    private func rule(_ name: String, _ text: String, count: Int = 3) -> ShapingRule {
        ShapingRule(
            name, Sample.pattern(text), trigger: .threshold(count: count, period: .seconds(60)), actions: [.suspend],
            on: .site, for: .seconds(600))
    }

    @Test func memoryIsBounded() throws {
        let limit = 200
        var engine = ShapingEngine(
            try ShapingRules([rule("a", "slow down", count: 2)]), keyLimit: limit, stampLimit: 10_000)
        for number in 0..<2_000 {
            let site = "direct:mx\(number).example"
            for part in 0..<2 {
                _ = engine.hear(
                    Sample.observation(Self.line, site: site), after: .microseconds(number * 10 + part))
            }
            let kept = engine.remembered
            #expect(kept.windows <= limit && kept.measures <= limit)
        }
        // Those that were heard last still count.
        let last = Sample.observation("421 slow down again", site: "direct:mx1999.example")
        #expect(engine.hear(last, after: .seconds(1)).fired == [0])
        #expect(engine.remembered.stamps <= engine.remembered.windows * 2)
    }

    @Test func manyStampsAreBounded() throws {
        var engine = ShapingEngine(
            try ShapingRules([rule("a", "slow down", count: 1_000)]), keyLimit: 1_000, stampLimit: 5_000)
        for number in 0..<100 {
            for part in 0..<200 {
                _ = engine.hear(
                    Sample.observation(Self.line, site: "direct:\(number)"), after: .nanoseconds(number * 1_000 + part))
                #expect(engine.remembered.stamps <= 5_000)
            }
        }
        #expect(engine.remembered.windows > 15)
    }

    /// What is over goes before anything that still counts.
    @Test func whatIsOverGoesFirst() throws {
        var engine = ShapingEngine(
            try ShapingRules([rule("a", "slow down", count: 2)]), keyLimit: 100, stampLimit: 1_000)
        for number in 0..<99 {
            _ = engine.hear(Sample.observation(Self.line, site: "old:\(number)"), after: .seconds(1))
        }
        _ = engine.hear(Sample.observation(Self.line, site: "new:1"), after: .seconds(70))
        _ = engine.hear(Sample.observation(Self.line, site: "new:2"), after: .seconds(71))
        #expect(engine.remembered.windows == 2)
        #expect(engine.hear(Sample.observation(Self.line, site: "new:1"), after: .seconds(72)).fired == [0])
    }

    @Test func aReloadKeepsWhatDidNotChange() throws {
        let kept = rule("kept", "slow down")
        let changed = rule("changed", "ease off")
        let gone = rule("gone", "go away")
        var engine = ShapingEngine(try ShapingRules([changed, gone, kept]))
        for second in 0..<2 {
            for text in ["slow down", "ease off", "go away"] {
                _ = engine.hear("421 \(text)", after: .seconds(second))
            }
        }
        let hold = try #require(engine.hear("421 go away", after: .seconds(3)).verdict.holds.first)
        var other = changed
        other.duration = .seconds(601)
        let orphans = engine.replace(
            try ShapingRules([kept, rule("new", "be gone"), other]), at: Sample.at(.seconds(4)))
        #expect(orphans == [hold.id])
        #expect(engine.figures(at: Sample.at(.seconds(4))).map(\.rule) == ["kept", "new", "changed"])
        #expect(engine.figures(at: Sample.at(.seconds(4))).map(\.matched) == [2, 0, 0])
        #expect(engine.hear("421 slow down", after: .seconds(5)).fired == [0])
        #expect(engine.hear("421 ease off", after: .seconds(5)).fired == [])
        #expect(engine.hear("421 go away", after: .seconds(5)).matched == [])
        #expect(engine.remembered.windows == 2)
        #expect(engine.remembered.stamps == 4)
    }

    @Test func aMeasureThatStandsIsNotToldAgainAfterAReload() throws {
        let rules = [rule("a", "slow down", count: 2), rule("b", "ease off")]
        var engine = ShapingEngine(try ShapingRules(rules))
        _ = engine.hear(Self.line, after: .seconds(0))
        let hold = try #require(engine.hear(Self.line, after: .seconds(1)).verdict.holds.first)
        #expect(engine.replace(try ShapingRules(rules.reversed()), at: Sample.at(.seconds(2))).isEmpty)
        let reading = engine.hear(Self.line, after: .seconds(3))
        #expect(reading.fired == [1])
        #expect(reading.verdict.directives.isEmpty)
        let later = engine.hear(Self.line, after: .seconds(45)).verdict.holds
        #expect(later.map(\.id) == [hold.id])
    }

    @Test func whoLiftsAHoldBeginsAnew() throws {
        var engine = ShapingEngine(try ShapingRules([rule("a", "slow down", count: 2)]))
        _ = engine.hear(Self.line, after: .seconds(0))
        let hold = try #require(engine.hear(Self.line, after: .seconds(1)).verdict.holds.first)
        engine.lifted(hold.id)
        #expect(engine.remembered.windows == 0 && engine.remembered.stamps == 0 && engine.remembered.measures == 0)
        #expect(engine.hear(Self.line, after: .seconds(2)).fired.isEmpty)
        let second = try #require(engine.hear(Self.line, after: .seconds(3)).verdict.holds.first)
        #expect(second.id != hold.id)
    }

    @Test func oneDeskForAllShards() async throws {
        let desk = SharedShaping(try ShapingRules([rule("a", "slow down", count: 100)]))
        let found = await withTaskGroup(of: Int.self) { group in
            for shard in 0..<8 {
                group.addTask {
                    var holds = 0
                    for number in 0..<50 {
                        // Each its own instant, or the answers would be taken for one.
                        let time = Duration.nanoseconds(number * 8 + shard)
                        let observation = ShapingSample.observation("421 slow down \(shard)")
                        let verdict = desk.observe(
                            observation, at: ShapingSample.at(time), wall: ShapingSample.start + time)
                        holds += verdict.holds.count
                    }
                    return holds
                }
            }
            var sum = 0
            for await holds in group { sum += holds }
            return sum
        }
        #expect(found == 1)
        let figures = desk.figures(at: Sample.at(.zero))
        #expect(figures == [ShapingFigures(rule: "a", matched: 400, fired: 301, standing: 1)])
        #expect(desk.replace(.none, at: Sample.at(.seconds(1))).count == 1)
        let verdict = desk.observe(Sample.observation(Self.line), at: Sample.at(.seconds(2)), wall: Sample.start)
        #expect(verdict.directives.isEmpty)
    }
}
