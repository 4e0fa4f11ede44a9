import Foundation
import Testing

/// SIGHUP puts new limits, pools and warm-ups into force at once; a wrong file changes nothing.
@Suite(.serialized) struct AReloadChangesLimitsTests {
    private static let sources = """
        sources:
          - {name: one, address: 127.0.0.2, helo: one.out.example}
          - {name: two, address: 127.0.0.3, helo: two.out.example}

        """
    private static func pools(_ pool: String) -> String {
        "pools: [{name: first, sources: [one]}, {name: second, sources: [two]}]\npool: \(pool)\n"
    }

    @Test(.timeLimit(.minutes(1))) func limitsAndPools() throws {
        let narrow = "limits: [{match: \"site:\(OperatedEngine.siteA)\", message_rate: 1/h, name: narrow}]\n"
        let wide = "limits: [{match: \"site:\(OperatedEngine.siteA)\", message_rate: 1000/s, burst: 100}]\n"
        guard let engine = try OperatedEngine("a reload", Self.sources + Self.pools("first") + narrow) else { return }
        defer { engine.stop() }
        let ids = try engine.hand(30, to: "a.test")
        #expect(try engine.waiting(ids.reversed(), "site_rate").rule == "narrow")
        for wrong in [wide + "limits_: []\n", "limits: [{match: \"*\", message_rate: 0/s}]\n", "pool: third\n"] {
            try engine.reload(Self.sources + wrong, says: "the configuration stays as it was")
        }
        #expect(try engine.waiting(ids.reversed(), "site_rate").rule == "narrow")
        #expect(try engine.seen(OperatedEngine.a).numbers.count == 1)
        try engine.reload(Self.sources + Self.pools("second") + wide, says: "reloaded;")
        #expect(try eventually { try engine.seen(OperatedEngine.a).numbers.count == 30 })
        let seen = try engine.seen(OperatedEngine.a)
        #expect(seen.sources == ["127.0.0.2": 1, "127.0.0.3": 29], "\(seen.sources)")
    }

    @Test(.timeLimit(.minutes(1))) func warmUpsKeepWhatTheyHaveCounted() throws {
        func warmup(_ cap: Int) -> String {
            "warmup: {plans: {careful: {stages: [\(cap)]}}, sources: [{source: one, plan: careful}]}\n"
        }
        guard let engine = try OperatedEngine("a reload", Self.sources + Self.pools("first") + warmup(5)) else {
            return
        }
        defer { engine.stop() }
        let ids = try engine.hand(30, to: "google.test")
        #expect(try eventually { try engine.seen(OperatedEngine.google).numbers.count == 5 })
        _ = try engine.waiting(ids.reversed(), "warmup_cap")
        try engine.reload(Self.sources + Self.pools("first") + warmup(12), says: "reloaded;")
        #expect(try eventually { try engine.seen(OperatedEngine.google).numbers.count == 12 })
        #expect(try eventually { try engine.explain(ids[29]).figure == "12/day" })
        #expect(try engine.seen(OperatedEngine.google).numbers.count == 12)
        try engine.reload(Self.sources + Self.pools("first"), says: "reloaded;")
        #expect(try eventually { try engine.seen(OperatedEngine.google).numbers.count == 30 })
    }
}
