import Foundation
import Testing

/// Flush, cancel, bounce and re-route on a queue of some hundred messages; what was ended does not come back.
@Suite(.serialized) struct OperatorsMoveAndEndMailTests {
    private static let pools = """
        sources:
          - {name: one, address: 127.0.0.2, helo: one.out.example}
          - {name: two, address: 127.0.0.3, helo: two.out.example}
        pools:
          - {name: main, sources: [one]}
          - {name: spare, sources: [two]}
        pool: main
        queue: {free_disk_percent: 1, retry: {first: 1h}, site_back_off: {first: 1h, maximum: 1h}}
        """

    @Test(.timeLimit(.minutes(2))) func whatIsCancelledOrBouncedNeverLeaves() throws {
        guard let engine = try OperatedEngine("the operators' verbs", Self.pools) else { return }
        defer { engine.stop() }
        try engine.post("/v1/queue/suspend", #"{"scope": {"source": "one"}}"#)
        let ids = try engine.hand(300, to: "a.test", "b.test", "google.test")
        #expect(try eventually { try engine.get("/v1/queue").data["deliveries"] as? Int == 300 })

        let cancelled = try engine.martlet("queue", "cancel", "--destination", "a.test", "--json")
        #expect(cancelled.output.contains("\"deliveries\":100") || cancelled.output.contains("\"deliveries\": 100"))
        let bounced = try engine.post(
            "/v1/queue/bounce", #"{"selector": {"site": "\#(OperatedEngine.siteB)"}, "reason": "the host is gone"}"#)
        #expect(bounced.data["deliveries"] as? Int == 100, "\(bounced.body)")
        let one = try engine.post("/v1/queue/cancel", #"{"selector": {"message": "\#(ids[2])"}}"#)
        #expect(one.data["deliveries"] as? Int == 1, "\(one.body)")

        for (id, status, words) in [(ids[0], "cancelled", ""), (ids[1], "bounced", "the host is gone")] {
            let shown = try eventually { try engine.get("/v1/messages/\(id)").data["status"] as? String == status }
            #expect(shown, "\(status): \(id)")
            let events = try engine.get("/v1/messages/\(id)/events")
            #expect(events.list.last?["type"] as? String == "message.\(status)" || events.body.contains(status))
            #expect(words.isEmpty || events.body.contains(words), "\(events.body)")
            let explained = try engine.explain(id)
            #expect(explained.state == status && explained.reason.isEmpty, "\(explained.fields)")
            #expect(words.isEmpty || explained.detail.contains(words), "\(explained.detail)")
        }
        let message = try engine.get("/v1/messages/\(ids[1])")
        #expect(message.body.contains("the host is gone"), "\(message.body)")

        try engine.killAndRestart()
        #expect(try eventually { try engine.get("/v1/queue").data["deliveries"] as? Int == 99 })
        #expect(try engine.martlet("queue", "resume", "--source", "one").status == 0)
        #expect(try eventually { try engine.get("/v1/queue").data["deliveries"] as? Int == 0 })
        #expect(try engine.seen(OperatedEngine.a).numbers.isEmpty)
        #expect(try engine.seen(OperatedEngine.b).numbers.isEmpty)
        #expect(try Set(engine.seen(OperatedEngine.google).numbers) == Set(stride(from: 5, to: 300, by: 3)))
    }

    @Test(.timeLimit(.minutes(2))) func flushAndRerouteTakeEffectAtOnce() throws {
        guard let engine = try OperatedEngine("the operators' verbs", Self.pools) else { return }
        defer { engine.stop() }
        try engine.change(OperatedEngine.a, #""reply": "450 4.3.0 not now""#)
        let ids = try engine.hand(200, to: "a.test")
        #expect(try eventually { try engine.get("/v1/queue").data["waiting"] as? Int == 200 })
        let explained = try engine.explained(ids[7], "retry_wait")
        #expect(explained.lastReply.contains("450 4.3.0 not now") && !explained.earliest.isEmpty)

        let rerouted = try engine.martlet("queue", "reroute", "--destination", "a.test", "--to", "spare")
        #expect(rerouted.status == 0 && rerouted.output.contains("200"), "\(rerouted.output)\(rerouted.errors)")
        #expect(try engine.martlet("queue", "reroute", "--destination", "a.test", "--to", "nowhere").status != 0)
        #expect(try engine.explain(ids[7]).fields["pool"] as? String == "spare")
        try engine.change(OperatedEngine.a, #""reply": null"#)
        let flushed = try engine.post("/v1/queue/flush", #"{"selector": {"destination": "a.test"}}"#)
        #expect(flushed.data["deliveries"] as? Int == 200, "\(flushed.body)")
        #expect(try eventually { try engine.seen(OperatedEngine.a).numbers.count == 200 })
        #expect(try engine.seen(OperatedEngine.a).sources == ["127.0.0.3": 200])
        #expect(try engine.seen(OperatedEngine.a).hellos == ["one.out.example", "two.out.example"])
        let delivered = try eventually { try engine.explain(ids[7]).state == "delivered" }
        #expect(delivered)
        try engine.killAndRestart()
        #expect(try engine.get("/v1/queue").data["deliveries"] as? Int == 0)
        #expect(try engine.seen(OperatedEngine.a).numbers.count == 200, "nothing goes twice")
    }

    @Test(.timeLimit(.minutes(1))) func flushEndsTheBackOffOfASite() throws {
        guard let engine = try OperatedEngine("the operators' verbs", Self.pools) else { return }
        defer { engine.stop() }
        try engine.change(OperatedEngine.a, #""closed": true"#)
        let ids = try engine.hand(20, to: "a.test")
        let explained = try engine.waiting(ids, "site_backoff")
        #expect(explained.detail.contains(OperatedEngine.siteA) && !explained.earliest.isEmpty, "\(explained.fields)")
        try engine.change(OperatedEngine.a, #""closed": false"#)
        let flushed = try engine.martlet("queue", "flush", "--site", OperatedEngine.siteA)
        #expect(flushed.status == 0, "\(flushed.errors)")
        #expect(try eventually { try engine.seen(OperatedEngine.a).numbers.count == 20 })
    }
}
