import Foundation
import Testing

/// The HTTP API against its published contract: shapes, codes, scopes, tenants' keys, idempotency, bad input.
@Suite(.serialized) struct TheAPIKeepsItsContractTests {
    static let send =
        #"{"from":"Shop <shop@example.com>","to":"John <john@example.net>","subject":"Order {{order_id}}","#
        + #""text":"Hi {{name}}","template_data":{"name":"John","order_id":7},"tags":["a","b"],"metadata":{"z":"1","a":2}}"#

    @Test(.timeLimit(.minutes(3))) func messages() throws {
        let engine = try Engine.dev(data: try TemporaryFolder())
        let sent = try engine.post("/v1/messages/send", Self.send)
        #expect(sent.status == 202, "\(sent.body)")
        #expect(sent.headers.lowercased().contains("x-request-id: req_"))
        #expect(sent.data["from"] as? String == "shop@example.com" && sent.data["to"] as? String == "john@example.net")
        #expect(sent.data["subject"] as? String == "Order 7" && sent.data["status"] as? String == "queued")
        #expect((sent.data["message_id"] as? String)?.hasPrefix("<") == true)
        #expect(sent.body.contains(#""metadata":{"z":"1","a":"2"}"#), "order is kept: \(sent.body)")
        let id = try #require(sent.data["id"] as? String)
        #expect((sent.data["created_at"] as? String)?.hasSuffix("Z") == true)

        for name in [id, "msg_\(id)"] {
            let found = try engine.get("/v1/messages/\(name)")
            #expect(found.status == 200 && found.data["id"] as? String == id, "\(found.body)")
        }
        let list = try engine.get("/v1/messages?limit=1")
        #expect(list.list.count == 1 && (list.json["meta"] as? [String: Any])?["total"] as? Int == 1, "\(list.body)")
        #expect(try eventually { try engine.get("/v1/messages?status=delivered").list.count == 1 })
        #expect(try engine.get("/v1/messages?to=john@example.net").list.count == 1)
        #expect(try engine.get("/v1/messages?to=jane@example.net").list.isEmpty)
        let events = try engine.get("/v1/messages/\(id)/events").list
        #expect(events.allSatisfy { $0["metadata"] is [String: Any] && $0["timestamp"] is String })

        let scheduled = try engine.post(
            "/v1/messages/send",
            #"{"from":"a@example.com","to":["b@example.net"],"subject":"s","text":"t","scheduled_at":"2027-06-01T09:00:00Z"}"#
        )
        #expect(scheduled.status == 202 && scheduled.data["status"] as? String == "scheduled", "\(scheduled.body)")
        let past = try engine.post(
            "/v1/messages/send",
            #"{"from":"a@example.com","to":["b@example.net"],"subject":"s","text":"t","scheduled_at":"2024-12-25T09:00:00Z"}"#
        )
        #expect(past.status == 202 && past.data["status"] as? String == "queued", "\(past.body)")

        let dry = try engine.post("/v1/messages/send?dry_run=true", Self.send)
        #expect(dry.status == 200, "\(dry.body)")
        let raw = (dry.data["raw"] as? String).flatMap { Data(base64Encoded: $0) }.map {
            String(decoding: $0, as: UTF8.self)
        }
        #expect(raw?.contains("Subject: Order 7\r\n") == true)
        #expect((dry.data["dkim_headers"] as? String)?.contains("DKIM-Signature:") == true)
        #expect(engine.daemon.terminate() == 0, "\(engine.daemon.errors)")
    }

    @Test(.timeLimit(.minutes(3))) func badInputIsNamed() throws {
        let engine = try Engine.dev(data: try TemporaryFolder())
        func refused(_ body: String, _ status: Int, _ code: String, field: String? = nil) throws {
            let answer = try engine.post("/v1/messages/send", body)
            #expect(
                answer.status == status && answer.error["code"] as? String == code,
                "\(body.prefix(80)): \(answer.body.prefix(300))")
            if let field {
                let fields = (answer.error["details"] as? [[String: Any]] ?? []).compactMap { $0["field"] as? String }
                #expect(fields.contains(field), "\(answer.body)")
            }
            #expect(answer.error["request_id"] is String)
        }
        try refused("{", 400, "invalid_json")
        try refused("[]", 400, "invalid_json")
        try refused(#"{"from":"a@example.com","from":"b@example.com"}"#, 400, "invalid_json")
        try refused(String(repeating: "[", count: 100_000), 400, "invalid_json")
        try refused(
            #"{"from":"x@","to":"b@example.net","subject":"s","text":"t"}"#, 422, "invalid_from_address", field: "from")
        try refused(
            #"{"from":"a@example.com","to":["b@example.net","x@"],"subject":"s","text":"t"}"#, 422,
            "invalid_to_address", field: "to[1]")
        try refused(
            #"{"from":"a@example.com","to":"b@example.net","text":"t"}"#, 422, "missing_subject", field: "subject")
        try refused(#"{"from":"a@example.com","to":"b@example.net","subject":"s"}"#, 422, "missing_body")
        try refused(#"{"from":1,"to":{},"subject":[],"text":true}"#, 422, "invalid_parameter", field: "subject")
        try refused(
            #"{"from":"a@example.com","to":"b@example.net","subject":"s\r\nBcc: v@example.org","text":"t"}"#, 422,
            "invalid_parameter", field: "subject")
        try refused(
            #"{"from":"a@example.com","to":"b@example.net","subject":"s","text":"t","headers":{"X-A":"b\r\nBcc: v@example.org"}}"#,
            422, "invalid_header")
        try refused(
            #"{"from":"a@example.com","to":"b\r\nRCPT TO:<v@example.org>@example.net","subject":"s","text":"t"}"#, 422,
            "invalid_to_address")
        let unknown = try engine.post(
            "/v1/messages/send", #"{"from":"a@example.com","to":"b@example.net","subject":"s","text":"t","subjekt":1}"#)
        #expect(
            unknown.status == 202 && unknown.body.contains(#""code":"unknown_field","field":"subjekt""#),
            "\(unknown.body)")

        #expect(try engine.get("/v1/messages/msg_abc123").status == 404)
        #expect(try engine.get("/v1/messages?limit=1000").status == 422)
        #expect(try engine.get("/v1/nothing").error["code"] as? String == "not_found")
        let huge = try engine.post(
            "/v1/messages/send", "{\"text\":\"" + String(repeating: "x", count: 37 << 20) + "\"}")
        #expect(huge.status == 413 && huge.error["code"] as? String == "payload_too_large", "\(huge.body.prefix(200))")
        #expect(engine.daemon.terminate() == 0, "\(engine.daemon.errors)")
    }

    @Test(.timeLimit(.minutes(3))) func keysAndScopes() throws {
        let engine = try Engine.dev(data: try TemporaryFolder())
        let url = engine.ready.apiURL
        #expect(try Curl.send("GET", "\(url)/v1/messages", key: nil).status == 401)
        #expect(try Curl.send("GET", "\(url)/v1/messages", key: "mt_live_wrong").status == 401)
        let made = try engine.post("/v1/keys", #"{"name":"reader","scopes":["messages:read"]}"#)
        let reader = try #require(made.data["key"] as? String, "\(made.body)")
        #expect(made.status == 201)
        #expect(try engine.get("/v1/messages", key: reader).status == 200)
        let denied = try engine.post("/v1/messages/send", Self.send, key: reader)
        #expect(denied.status == 403 && denied.body.contains("messages:send"), "\(denied.body)")
        #expect(try engine.post("/v1/keys", "{}", key: reader).status == 403)
        #expect(try engine.get("/v1/keys").body.contains(reader) == false, "a key is shown once")
        let id = try #require(made.data["id"] as? String)
        #expect(try Curl.send("DELETE", "\(url)/v1/keys/\(id)", key: engine.ready.apiKey).status == 204)
        #expect(try engine.get("/v1/messages", key: reader).status == 401, "a deleted key ends at once")

        let test = try #require(try engine.post("/v1/keys", #"{"name":"t","mode":"test"}"#).data["key"] as? String)
        let captured = try engine.post("/v1/messages/send", Self.send, key: test)
        #expect(captured.status == 202, "\(captured.body)")
        let id2 = try #require(captured.data["id"] as? String)
        #expect(try eventually { try engine.get("/v1/messages/\(id2)").data["status"] as? String == "delivered" })
        #expect(try Curl.send("GET", engine.ready.inboxURL, key: nil).list.isEmpty, "test mail makes no SMTP hop")

        let credential = try engine.post("/v1/credentials", #"{"name":"app"}"#)
        #expect(credential.status == 201 && credential.data["password"] is String, "\(credential.body)")
        #expect(try engine.get("/v1/credentials").body.contains("password") == false)
        let domain = try engine.post("/v1/domains", #"{"domain":"new.example"}"#)
        #expect(domain.status == 201 && (domain.data["dns_records"] as? [Any])?.isEmpty == false, "\(domain.body)")
        #expect(try engine.post("/v1/domains", #"{"domain":"new.example"}"#).status == 409)
        #expect(try engine.post("/v1/domains", #"{"domain":"not a domain"}"#).status == 422)
        #expect(engine.daemon.terminate() == 0, "\(engine.daemon.errors)")
    }

    @Test(.timeLimit(.minutes(3))) func aRepeatedKeySendsOnceEvenAcrossARestart() throws {
        let data = try TemporaryFolder()
        var engine = try Engine.dev(data: data)
        func repeated() throws -> Curl.Answer {
            try Curl.send(
                "POST", "\(engine.ready.apiURL)/v1/messages/send", key: engine.ready.apiKey, body: Self.send,
                headers: ["Idempotency-Key: order-7"])
        }
        let first = try repeated()
        let second = try repeated()
        #expect(first.status == 202 && second.status == 202 && first.body == second.body)
        #expect(second.headers.lowercased().contains("idempotent-replayed: true"))
        let other = try Curl.send(
            "POST", "\(engine.ready.apiURL)/v1/messages/send", key: engine.ready.apiKey,
            body: Self.send.replacingOccurrences(of: "Hi", with: "Ho"), headers: ["Idempotency-Key: order-7"])
        #expect(other.status == 422 && other.error["code"] as? String == "idempotency_key_reused", "\(other.body)")
        engine.daemon.kill()
        engine = try Engine.dev(data: data)
        #expect(try repeated().body == first.body)
        #expect(try engine.get("/v1/messages").list.count == 1)
        #expect(engine.daemon.terminate() == 0, "\(engine.daemon.errors)")
    }

    @Test(.timeLimit(.minutes(2))) func operationsNeedNoKey() throws {
        let engine = try Engine.dev(data: try TemporaryFolder())
        _ = try engine.post("/v1/messages/send", Self.send)
        let url = engine.ready.apiURL
        #expect(try Curl.send("GET", "\(url)/healthz", key: nil).status == 200)
        #expect(try Curl.send("GET", "\(url)/readyz", key: nil).status == 200)
        let metrics = try Curl.send("GET", "\(url)/metrics", key: nil)
        #expect(metrics.headers.contains("text/plain; version=0.0.4"))
        #expect(metrics.body.contains("martlet_messages_accepted_total"), "\(metrics.body)")
        let page = try Curl.send("GET", "\(url)/dev", key: nil)
        #expect(
            page.status == 200 && page.headers.contains("content-security-policy")
                || page.headers.contains("Content-Security-Policy"))
        #expect(engine.daemon.terminate() == 0, "\(engine.daemon.errors)")
    }
}
