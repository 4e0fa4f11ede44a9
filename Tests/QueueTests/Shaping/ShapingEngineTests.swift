import Mail
import Testing

@testable import Queue

@Suite struct ShapingEngineTests {
    typealias Sample = ShapingSample
    private static let words = ShapingSample.pattern("slow down")
    private static let line = "421 4.7.0 slow down"

    private func engine(_ rules: ShapingRule...) throws -> ShapingEngine {
        ShapingEngine(try ShapingRules(rules))
    }

    @Test func aThresholdIsASlidingWindow() throws {
        var engine = try engine(
            ShapingRule(
                "a", Self.words, trigger: .threshold(count: 3, period: .seconds(60)), actions: [.suspend],
                for: .seconds(600)))
        func fires(_ second: Int) -> Bool { !engine.hear(Self.line, after: .seconds(second)).fired.isEmpty }
        #expect(!fires(0))
        #expect(!fires(30))
        // The first is exactly a minute old: it no longer counts.
        #expect(!fires(60))
        #expect(fires(89))
        #expect(fires(90))
        #expect(!fires(150))
        #expect(!fires(151))
        #expect(fires(152))
        #expect(fires(209))
        #expect(engine.hear("421 4.7.0 something else", after: .seconds(210)).matched.isEmpty)
    }

    /// The answer to a transaction is told once for each of its deliveries.
    @Test func oneAnswerCountsOnce() throws {
        var engine = try engine(
            ShapingRule(
                "a", Self.words, trigger: .threshold(count: 2, period: .seconds(60)), actions: [.bounce]))
        for _ in 0..<50 { #expect(!engine.hear(Self.line, after: .seconds(1)).verdict.bounces) }
        #expect(engine.hear("421 4.7.0 slow down, really", after: .seconds(1)).verdict.bounces)
        // Each delivery of the answer that reaches the threshold hears it.
        for _ in 0..<50 { #expect(engine.hear(Self.line, after: .seconds(2)).verdict.bounces) }
    }

    @Test(arguments: ShapingScope.allCases)
    func eachScopeCountsAndHoldsForItself(scope: ShapingScope) throws {
        var engine = try engine(
            ShapingRule(
                "a", Self.words, trigger: .threshold(count: 2, period: .seconds(60)), actions: [.suspend], on: scope,
                for: .seconds(600)))
        var time = 0
        func holds(_ site: String, _ source: String, _ tenant: UUIDv7) -> [Hold.Scope] {
            time += 1
            let observation = Sample.observation(Self.line, site: site, source: source, tenant: tenant)
            return engine.hear(observation, after: .milliseconds(time)).verdict.holds.map(\.scope)
        }
        #expect(holds("d:1", "s1", Sample.ada) == [])
        #expect(holds("d:2", "s1", Sample.ada) == [])
        switch scope {
        case .site: #expect(holds("d:1", "s2", Sample.bob) == [.site("d:1")])
        case .siteAndSource:
            #expect(holds("d:1", "s2", Sample.ada) == [])
            #expect(holds("d:1", "s1", Sample.bob) == [.siteAndSource(site: "d:1", source: "s1")])
        case .tenant:
            #expect(holds("d:1", "s1", Sample.bob) == [])
            #expect(holds("d:1", "s2", Sample.ada) == [.siteAndTenant(site: "d:1", tenant: Sample.ada)])
        }
    }

    /// A tenant's content cannot stop what another tenant sends, unless a rule is on the site.
    @Test func oneTenantDoesNotStopAnother() throws {
        var engine = try engine(ShapingRule("a", Self.words, actions: [.suspend], for: .seconds(600)))
        for count in 0..<1_000 {
            for hold in engine.hear(Self.line, after: .seconds(count)).verdict.holds {
                #expect(hold.scope == .siteAndTenant(site: "direct:mx.example", tenant: Sample.ada))
            }
        }
    }

    @Test func withoutSourcesTheSiteIsMeant() throws {
        var engine = try engine(
            ShapingRule(
                "a", Self.words, actions: [.failover], on: .siteAndSource, for: .seconds(600)),
            ShapingRule(
                "b", ShapingSample.pattern("slow down", "ease off"), actions: [.slow(0.5)], on: .siteAndSource,
                for: .seconds(600)))
        let alone = engine.hear(Sample.observation(Self.line, source: nil), after: .seconds(1)).verdict
        #expect(alone.holds.map(\.scope) == [.site("direct:mx.example")])
        #expect(alone.retryIn == nil)
        #expect(alone.limits.map(\.key) == [MeterKey(.site, "direct:mx.example")])
        let among = engine.hear(Self.line, after: .seconds(2)).verdict
        #expect(among.holds.map(\.scope) == [.siteAndSource(site: "direct:mx.example", source: "out1")])
        #expect(among.retryIn == .zero)
        #expect(among.limits.map(\.key) == [MeterKey(.siteAndSource, "direct:mx.example", source: "out1")])
    }

    @Test func aMeasureIsToldOnceAndThenExtended() throws {
        let hour = Duration.seconds(3_600)
        var engine = try engine(
            ShapingRule(
                "a", Self.words, actions: [.suspend, .slow(0.5)], on: .siteAndSource, for: hour))
        let first = engine.hear(Self.line, after: .zero).verdict
        let hold = try #require(first.holds.first)
        #expect(hold.since == Sample.start)
        #expect(hold.until == Sample.start + hour)
        #expect(first.limits.map(\.change) == [.slow(0.5)])
        #expect(first.limits.map(\.until) == [Sample.start + hour])
        // A twentieth of an hour is three minutes.
        for second in 1..<180 { #expect(engine.hear(Self.line, after: .seconds(second)).verdict.directives.isEmpty) }
        let second = engine.hear(Self.line, after: .seconds(180)).verdict
        #expect(second.holds.map(\.id) == [hold.id])
        #expect(second.holds.map(\.since) == [hold.since])
        #expect(second.holds.map(\.until) == [Sample.start + hour + .seconds(180)])
        #expect(second.limits.count == 1)
        // Over: what comes now is another.
        let third = try #require(engine.hear(Self.line, after: .seconds(180) + hour).verdict.holds.first)
        #expect(third.id != hold.id)
        #expect(third.since == Sample.start + hour + .seconds(180))
    }

    @Test func aReplyNeverHoldsForLongerThanTheRuleSays() throws {
        var engine = try engine(
            ShapingRule("a", Self.words, actions: [.suspend], on: .site, for: .seconds(60)))
        let hostile =
            "421 4.7.0 slow down\u{7}\u{1B}[2J for 4294967296 years retry after 99999999 seconds until 2999-01-01 "
            + String(repeating: "\u{85}é slow down ", count: 20_000)
        let reply = Reply(code: 421, text: hostile)
        for step in 0..<100 {
            var observation = Sample.observation(Self.line)
            observation.reply = reply
            let time = Duration.seconds(step)
            for hold in engine.hear(observation, after: time).verdict.holds {
                #expect(try #require(hold.until) <= Sample.start + time + .seconds(60))
                guard case .rule(let name, let text) = hold.cause else {
                    Issue.record("\(hold.cause)")
                    continue
                }
                #expect(name == "a")
                #expect(text.utf8.count <= 256)
                #expect(text.hasPrefix("421 "))
                #expect(!text.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
            }
        }
    }

    @Test func severalRulesAgreeOnTheDelivery() throws {
        let more = Sample.pattern("slow down", "more")
        var engine = try engine(
            ShapingRule("a", Self.words, actions: [.retry(after: .seconds(60))]),
            ShapingRule("b", more, actions: [.retry(after: .seconds(600))]),
            ShapingRule(
                "c", Sample.pattern("slow down", "less"), actions: [.failover], on: .siteAndSource, for: .seconds(1)),
            ShapingRule(
                "d", Sample.pattern("slow down", "least"), trigger: .threshold(count: 2, period: .seconds(10)),
                actions: [.bounce]))
        let first = engine.hear(Self.line, after: .seconds(1))
        #expect(first.matched == [0, 1, 2, 3])
        #expect(first.fired == [0, 1, 2])
        #expect(first.verdict.retryIn == .seconds(600))
        #expect(!first.verdict.bounces)
        let second = engine.hear(Self.line, after: .seconds(2))
        #expect(second.verdict.bounces)
        #expect(second.verdict.retryIn == nil)
    }

    @Test func aSuccessIsNotHeard() throws {
        var engine = try engine(ShapingRule("a", Self.words, actions: [.bounce]))
        #expect(engine.hear("250 2.0.0 slow down", after: .zero).matched.isEmpty)
    }

    @Test func identifiersAreTheSameForTheSameHistory() throws {
        func run() throws -> [UUIDv7] {
            var engine = try engine(ShapingRule("a", Self.words, actions: [.suspend], for: .seconds(60)))
            return (0..<50).flatMap { step in
                let tenant = step % 2 == 0 ? Sample.ada : Sample.bob
                let observation = Sample.observation(Self.line, tenant: tenant)
                return engine.hear(observation, after: .seconds(step * 40)).verdict.holds.map(\.id)
            }
        }
        let first = try run()
        #expect(try run() == first)
        #expect(Set(first).count > 2)
    }

    @Test func clocksOfShardsMayDiffer() throws {
        var engine = try engine(
            ShapingRule(
                "a", Self.words, trigger: .threshold(count: 2, period: .seconds(10)), actions: [.suspend],
                for: .seconds(60)))
        #expect(engine.hear(Self.line, after: .seconds(100)).fired.isEmpty)
        // Read before, told after.
        #expect(engine.hear("421 slow down too", after: .seconds(99)).fired == [0])
        #expect(engine.figures(at: Sample.at(.seconds(100))).map(\.standing) == [1])
    }

    @Test func aWallClockThatJumpsMovesNoWindow() throws {
        var engine = try engine(
            ShapingRule(
                "a", Self.words, trigger: .threshold(count: 2, period: .seconds(60)), actions: [.suspend],
                for: .seconds(600)))
        let observation = Sample.observation(Self.line)
        _ = engine.observe(observation, at: Sample.at(.zero), wall: Sample.start)
        let jumped = Sample.start + .seconds(400 * 86_400)
        let reading = engine.observe(observation, at: Sample.at(.seconds(59)), wall: jumped)
        #expect(reading.verdict.holds.map(\.until) == [jumped + .seconds(600)])
        let back = engine.observe(observation, at: Sample.at(.seconds(118)), wall: Sample.start)
        #expect(back.fired == [0])
    }
}
