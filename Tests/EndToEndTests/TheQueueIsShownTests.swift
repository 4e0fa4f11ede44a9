import Foundation
import Testing

/// `martlet top --once` and `martlet queue ...` say what is there; a file without the new keys works as it did before.
@Suite(.serialized) struct TheQueueIsShownTests {
    @Test(.timeLimit(.minutes(1))) func commandsSayWhatIsThere() throws {
        let keys = """
            sources:
              - {name: one, address: 127.0.0.2, helo: one.out.example}
            warmup: {plans: {careful: {stages: [20]}}, sources: [{source: one, plan: careful}]}
            """
        guard let engine = try OperatedEngine("the queue's views", keys) else { return }
        defer { engine.stop() }
        try engine.post(
            "/v1/queue/suspend", #"{"scope": {"site": "\#(OperatedEngine.siteA)"}, "reason": "full moon"}"#)
        try engine.change(OperatedEngine.b, "\"reply\": \"450 4.2.0 come back at noon\"")
        try engine.hand(12, to: "a.test")
        try engine.hand(4, to: "b.test")
        #expect(
            try eventually {
                let figures = try engine.get("/v1/queue").data
                return figures["ready"] as? Int == 12 && figures["waiting"] as? Int == 4
            })
        let (a, b) = (OperatedEngine.siteA, OperatedEngine.siteB)
        for (arguments, words) in [
            (["queue", "summary"], ["16", "one", "full moon"]), (["queue", "sites"], [a, b, "12", "4"]),
            (["queue", "site", a], [a, "full moon", "12"]), (["queue", "site", b], [b, "come back at noon", "4"]),
            (["queue", "holds"], [a, "full moon"]), (["top", "--once"], [a, b, "one", "12"]),
        ] {
            let result = try engine.command(arguments)
            #expect(result.status == 0, "\(arguments): \(result.errors)")
            for word in words { #expect(result.output.contains(word), "\(arguments): \(word)\n\(result.output)") }
            #expect(!result.output.contains("\u{1B}"))
            guard arguments[0] == "queue" else { continue }
            let json = try engine.command(arguments + ["--json"])
            #expect((try? JSONSerialization.jsonObject(with: Data(json.output.utf8))) != nil, "\(json.output)")
        }
        #expect(try engine.command(["queue", "site", "internet:nowhere"]).status != 0)
        #expect(try engine.get("/v1/queue/sites/nowhere").status == 404)
        #expect(try engine.get("/v1/warmup").body.contains("careful"))
    }

    /// What a file of before had no words for.
    @Test(.timeLimit(.minutes(1))) func withoutAnyOfTheNewKeysMailGoesAsBefore() throws {
        guard let engine = try OperatedEngine("the queue's views") else { return }
        defer { engine.stop() }
        try engine.hand(200, to: "a.test", "b.test", "google.test")
        #expect(
            try eventually {
                let all = try [OperatedEngine.a, OperatedEngine.b, OperatedEngine.google].map { try engine.seen($0) }
                return all.reduce(0) { $0 + $1.numbers.count } == 200
            })
        let seen = try engine.seen(OperatedEngine.a)
        #expect(seen.hellos == ["out.example"] && seen.sources.count == 1, "\(seen)")
        for path in ["/v1/sources", "/v1/pools", "/v1/warmup", "/v1/queue/holds"] {
            let answer = try engine.get(path)
            #expect(answer.status == 200 && answer.list.isEmpty, "\(path): \(answer.body)")
        }
        let output = try engine.command(["top", "--once"]).output
        #expect(!output.isEmpty)
        try engine.killAndRestart()
        #expect(try eventually { try engine.get("/v1/queue").data["deliveries"] as? Int == 0 })
    }
}
