import Foundation
import Testing

/// Rules of the operator's own shaping file, and what a reload takes and refuses.
@Suite(.serialized) struct RulesFollowRepliesTests {
    private static let shaping = """
        include_shipped: false
        rules:
          - name: harvest-moon
            text: ["the moon is full"]
            actions: [suspend]
            on: site
            for: 3s
            example: ["421 4.7.0 the moon is full"]

        """
    private static let keys = """
        shaping: {file: FOLDER/shaping.yaml}
        queue:
          free_disk_percent: 1
          retry: {first: 1s, maximum: 2s, policy: {first: 1s, maximum: 2s}}
          site_back_off: {first: 1s, maximum: 1s}
        """

    @Test(.timeLimit(.minutes(1))) func aSiteIsSuspendedByRuleAndGoesOnByItself() throws {
        guard let engine = try OperatedEngine("rules", Self.keys, files: ["shaping.yaml": Self.shaping]) else { return }
        defer { engine.stop() }
        try engine.change(OperatedEngine.a, "\"reply\": \"421 4.7.0 the moon is full\"")
        let ids = try engine.hand(5, to: "a.test")
        let explained = try engine.waiting(ids, "suspended_by_rule")
        #expect(explained.rule == "harvest-moon" && explained.hold["by"] as? String == "harvest-moon")
        #expect(explained.detail.contains("the moon is full") && !explained.earliest.isEmpty, "\(explained.fields)")
        #expect(try engine.get("/v1/queue/holds").body.contains("harvest-moon"))
        try engine.change(OperatedEngine.a, "\"reply\": null")
        let arrived = try eventually { try engine.seen(OperatedEngine.a).numbers.count == 5 }
        #expect(arrived, "\(ids.compactMap { try? engine.explain($0).fields })")
        #expect(try eventually { try engine.get("/v1/queue/holds").list.isEmpty })
    }

    @Test(.timeLimit(.minutes(1))) func aWrongFileIsRefusedAndTheRulesStay() throws {
        guard let engine = try OperatedEngine("rules", Self.keys, files: ["shaping.yaml": Self.shaping]) else { return }
        defer { engine.stop() }
        let good = try engine.post("/v1/shaping/reload", "{}")
        #expect(good.status == 200 && good.data["rules"] as? Int == 1, "\(good.body)")
        for (wrong, place) in [
            (Self.shaping.replacingOccurrences(of: "actions: [suspend]", with: "actions: [surrender]"), ":5"),
            (Self.shaping.replacingOccurrences(of: "for: 3s", with: "during: 3s"), ":7"),
            (Self.shaping.replacingOccurrences(of: "421 4.7.0 the moon is full\"]", with: "421 new moon\"]"), ":8"),
            ("rules: [", ":2"),
        ] {
            try engine.folder.file("shaping.yaml", text: wrong)
            let refused = try engine.post("/v1/shaping/reload", "{}")
            #expect((400..<500).contains(refused.status) && refused.status != 401, "\(refused.body)")
            #expect(refused.body.contains("shaping.yaml\(place)"), "\(place): \(refused.body)")
        }
        // The rule that was in force still is.
        try engine.change(OperatedEngine.a, "\"reply\": \"421 4.7.0 the moon is full\"")
        let ids = try engine.hand(2, to: "a.test")
        #expect(try engine.waiting(ids, "suspended_by_rule").rule == "harvest-moon")
        try engine.folder.file(
            "shaping.yaml", text: Self.shaping.replacingOccurrences(of: "harvest-moon", with: "blue-moon"))
        #expect(try engine.post("/v1/shaping/reload", "{}").status == 200)
        let renamed = try eventually {
            try engine.explain(ids[0]).rule == "blue-moon" || engine.explain(ids[1]).rule == "blue-moon"
        }
        #expect(renamed)
    }
}
