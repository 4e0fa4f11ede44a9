import Foundation
import Testing

/// A thousand messages in one request: each is accepted or fails for itself, in the order of the request, and what was
/// answered 202 outlives the process.
@Suite(.serialized) struct ABatchIsIndependentTests {
    private static let merge =
        #"{"from":"Shop <shop@example.com>","subject":"Order {{order}}","text":"Dear {{name|default:\"Customer\"}}","#
        + #""tags":["order"],"recipient_variables":{"zoe@example.net":{"name":"Zoe","order":1},"nobody":{"order":2},"#
        + #""Ann <ann@example.net>":{"order":3}},"odd":true}"#

    private static func items(_ answer: Curl.Answer) -> [[String: Any]] {
        answer.data["messages"] as? [[String: Any]] ?? []
    }

    private static func fields(_ answer: Curl.Answer) -> [String] {
        (answer.error["details"] as? [[String: Any]] ?? []).compactMap { $0["field"] as? String }
    }

    private static func total(_ engine: Engine, _ query: String = "") throws -> Int? {
        (try engine.get("/v1/messages?limit=1\(query)").json["meta"] as? [String: Any])?["total"] as? Int
    }

    @Test(.timeLimit(.minutes(3))) func oneFailureStopsNoOtherAndTheOrderIsKept() throws {
        let engine = try Engine.dev(data: try TemporaryFolder())
        let sent = try engine.post("/v1/messages/batch", Self.merge)
        #expect(sent.status == 202, "\(sent.body)")
        #expect(sent.data["total"] as? Int == 3 && sent.data["queued"] as? Int == 2 && sent.data["errors"] as? Int == 1)
        let items = Self.items(sent)
        #expect(items.compactMap { $0["index"] as? Int } == [0, 1, 2])
        #expect(items.compactMap { $0["to"] as? String } == ["zoe@example.net", "nobody", "ann@example.net"])
        #expect(items.compactMap { $0["status"] as? String } == ["queued", "failed", "queued"])
        let error = items[1]["error"] as? [String: Any]
        #expect(error?["code"] as? String == "invalid_to_address", "\(sent.body)")
        #expect(error?["field"] as? String == "recipient_variables.nobody")
        #expect(sent.body.contains(#""code":"unknown_field","field":"odd""#))

        for (place, subject) in [(0, "Order 1"), (2, "Order 3")] {
            let id = try #require(items[place]["id"] as? String)
            let found = try engine.get("/v1/messages/\(id)")
            #expect(found.data["subject"] as? String == subject, "\(found.body)")
        }
        #expect(try eventually { try Self.total(engine, "&status=delivered") == 2 })
        let inbox = try Curl.send("GET", engine.ready.inboxURL, key: nil).body
        #expect(inbox.contains("Order 1") && inbox.contains("Order 3") && !inbox.contains("Order 2"))

        let list = try engine.post(
            "/v1/messages/batch",
            #"{"messages":[{"from":"a@example.com","to":"b@example.net","subject":"s","text":"t"},7,"#
                + #"{"from":"a@example.com","to":["b@example.net","x@"],"subject":"s","text":"t"},"#
                + #"{"from":"a@example.com","to":["c@example.net","d@example.net"],"subject":"s","text":"t","#
                + #""scheduled_at":"2027-06-01T09:00:00Z"}]}"#)
        #expect(list.status == 202, "\(list.body)")
        #expect(
            Self.items(list).compactMap { $0["status"] as? String } == ["queued", "failed", "failed", "scheduled"])
        #expect(Self.items(list)[3]["to"] as? [String] == ["c@example.net", "d@example.net"])
        #expect(list.body.contains(#""field":"messages[1]""#) && list.body.contains(#""field":"messages[2].to[1]""#))
        #expect(engine.daemon.terminate() == 0, "\(engine.daemon.errors)")
    }

    @Test(.timeLimit(.minutes(3))) func whatCannotBeSentIsNoSuccess() throws {
        let engine = try Engine.dev(data: try TemporaryFolder())
        func refused(_ body: String, _ status: Int, _ code: String, _ fields: [String], key: String? = nil) throws {
            let answer = try engine.post("/v1/messages/batch", body, key: key)
            #expect(
                answer.status == status && answer.error["code"] as? String == code && Self.fields(answer) == fields,
                "\(body.prefix(80)): \(answer.body.prefix(400))")
        }
        let send = #""from":"a@example.com","subject":"s","text":"t""#
        try refused("{}", 422, "invalid_parameter", ["messages"])
        try refused(#"{"messages":[]}"#, 422, "invalid_parameter", ["messages"])
        try refused(#"{"recipient_variables":{}}"#, 422, "invalid_parameter", ["recipient_variables"])
        try refused(
            #"{"messages":[{\#(send)},{"to":"x@"}]}"#, 422, "invalid_to_address",
            [
                "messages[0].to", "messages[1].from", "messages[1].to[0]", "messages[1].subject", "messages[1].html",
            ])
        try refused(
            #"{\#(send),"recipient_variables":{"a@b.example":{},"a@b.example":{}}}"#, 400, "invalid_json", ["body"])
        let many = (0...1_000).map { "\"u\($0)@example.net\":{}" }.joined(separator: ",")
        try refused(
            "{\(send),\"recipient_variables\":{\(many)}}", 422, "invalid_parameter", ["recipient_variables"])
        let made = try engine.post("/v1/keys", #"{"name":"reader","scopes":["messages:read"]}"#)
        let reader = try #require(made.data["key"] as? String, "\(made.body)")
        try refused(Self.merge, 403, "insufficient_scope", [], key: reader)
        let dry = try engine.post("/v1/messages/batch?dry_run=true", Self.merge)
        #expect(dry.status == 422, "\(dry.body)")
        #expect(try Self.total(engine) == 0)
        #expect(engine.daemon.terminate() == 0, "\(engine.daemon.errors)")
    }

    @Test(.timeLimit(.minutes(5))) func aThousandOutliveTheProcessAndAreSentOnce() throws {
        let data = try TemporaryFolder()
        var engine = try Engine.dev(data: data)
        let variables = (0..<1_000).map { "\"u\($0)@example.net\":{\"n\":\($0)}" }.joined(separator: ",")
        let body =
            "{\"from\":\"shop@example.com\",\"subject\":\"Number {{n}}\",\"text\":\"t\",\"recipient_variables\":{\(variables)}}"
        func repeated() throws -> Curl.Answer {
            try Curl.send(
                "POST", "\(engine.ready.apiURL)/v1/messages/batch", key: engine.ready.apiKey, body: body,
                headers: ["Idempotency-Key: campaign-7"])
        }
        let first = try repeated()
        engine.daemon.kill()
        #expect(first.status == 202 && first.data["queued"] as? Int == 1_000, "\(first.body.prefix(300))")
        let ids = Self.items(first).compactMap { $0["id"] as? String }
        #expect(Set(ids).count == 1_000 && ids == ids.sorted())

        engine = try Engine.dev(data: data)
        #expect(try eventually(within: 120) { try Self.total(engine, "&status=delivered") == 1_000 })
        let second = try repeated()
        #expect(second.body == first.body && second.headers.lowercased().contains("idempotent-replayed: true"))
        #expect(try Self.total(engine) == 1_000)
        #expect(try engine.get("/v1/messages/\(ids[617])").data["subject"] as? String == "Number 617")
        let other = try Curl.send(
            "POST", "\(engine.ready.apiURL)/v1/messages/batch", key: engine.ready.apiKey, body: Self.merge,
            headers: ["Idempotency-Key: campaign-7"])
        #expect(other.status == 422 && other.error["code"] as? String == "idempotency_key_reused", "\(other.body)")
        #expect(engine.daemon.terminate() == 0, "\(engine.daemon.errors)")
    }
}
