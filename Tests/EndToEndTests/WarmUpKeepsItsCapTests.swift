import Foundation
import Testing

/// A source that is being warmed up never sends more than its cap to a provider, whatever happens to the process.
@Suite(.serialized) struct WarmUpKeepsItsCapTests {
    private static func keys(overflow: Bool, zone: String = "UTC") -> String {
        """
        timezone: \(zone)
        sources:
          - {name: fresh, address: 127.0.0.2, helo: fresh.out.example}
          - {name: warm, address: 127.0.0.3, helo: warm.out.example}
        pools:
          - {name: main, sources: [fresh]\(overflow ? ", overflow: spare" : "")}
          - {name: spare, sources: [warm]}
        pool: main
        warmup:
          plans: {careful: {stages: [20, 100]}}
          sources:
            - {source: fresh, plan: careful}
        """
    }

    @Test(.timeLimit(.minutes(2))) func whatIsAboveTheCapOverflowsToWarmSources() throws {
        guard let engine = try OperatedEngine("warm-up", Self.keys(overflow: true)) else { return }
        defer { engine.stop() }
        try engine.hand(60, to: "google.test")
        #expect(try eventually { try engine.seen(OperatedEngine.google).numbers.count == 60 })
        let seen = try engine.seen(OperatedEngine.google)
        #expect(seen.sources == ["127.0.0.2": 20, "127.0.0.3": 40], "\(seen.sources)")
        let warmup = try #require(
            try engine.get("/v1/warmup").list.first { ($0["sent"] as? Int ?? 0) > 0 }, "no progress is shown")
        #expect(warmup["sent"] as? Int == 20 && warmup["cap"] as? Int == 20, "\(warmup)")
        // Over the day's cap after a crash, too.
        try engine.killAndRestart()
        try engine.hand(10, first: 60, to: "google.test")
        #expect(try eventually { try engine.seen(OperatedEngine.google).numbers.count == 70 })
        #expect(try engine.seen(OperatedEngine.google).sources["127.0.0.2"] == 20)
    }

    @Test(.timeLimit(.minutes(2))) func withoutOverflowTheRestWaitsForTomorrow() throws {
        let zone = "America/New_York"
        guard let engine = try OperatedEngine("warm-up", Self.keys(overflow: false, zone: zone)) else { return }
        defer { engine.stop() }
        let ids = try engine.hand(60, to: "google.test")
        // In the middle of it: the process is gone.
        #expect(try eventually { try engine.seen(OperatedEngine.google).numbers.count >= 5 })
        try engine.killAndRestart()
        let explained = try engine.waiting(ids.reversed(), "warmup_cap")
        #expect(explained.detail.contains("Source fresh"), "\(explained.fields)")
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: zone))
        let tomorrow = try #require(calendar.date(byAdding: .day, value: 1, to: calendar.startOfDay(for: Date())))
        let midnight = ISO8601DateFormatter().string(from: tomorrow)
        let capped = try eventually {
            let waits = try engine.explain(ids[59])
            return waits.reason == "warmup_cap" && waits.earliest.prefix(19) == midnight.prefix(19)
                && waits.figure == "20/day"
        }
        #expect(capped, "\(midnight) was expected: \(explained.fields)")
        let seen = try engine.seen(OperatedEngine.google)
        #expect(seen.sources["127.0.0.2", default: 0] <= 20 && seen.sources.count == 1, "\(seen.sources)")
        try engine.killAndRestart()
        _ = try engine.waiting([ids[59]], "warmup_cap")
        #expect(try engine.seen(OperatedEngine.google).sources["127.0.0.2", default: 0] <= 20)
        // An operator may let it go on: the second stage allows a hundred.
        let changed = try engine.post("/v1/warmup/fresh/stage", #"{"stage": 2}"#)
        #expect(changed.status == 200, "\(changed.body)")
        #expect(try eventually { try Set(engine.seen(OperatedEngine.google).numbers).count == 60 })
    }
}
