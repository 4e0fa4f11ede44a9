import Foundation
import Testing

/// README's promise: start `martlet dev`, paste the curl line, and the message is delivered, signed by both keys.
@Suite struct SentByCurlArrivesSignedTests {
    @Test(.timeLimit(.minutes(2))) func theMessageIsDeliveredAndDkimpyVerifiesIt() throws {
        let data = try TemporaryFolder()
        let engine = try Engine.dev(data: data)
        // No domain is added: in `martlet dev` it appears, with its keys, when mail is first sent from it.
        let sent = try engine.post(
            "/v1/messages/send",
            #"{"from":"Example <hello@example.com>","to":"you@example.net","subject":"Grüße","text":"It flies.","html":"<p>It <b>flies</b>.</p>"}"#
        )
        try #require(sent.status == 202, "\(sent.body)")
        let id = try #require(sent.data["id"] as? String)
        #expect(sent.data["status"] as? String == "queued")

        // A GET right after the 202 finds the message, whatever its state.
        let found = try engine.get("/v1/messages/\(id)")
        #expect(found.status == 200, "\(found.body)")

        let delivered = try eventually { try engine.get("/v1/messages/\(id)").data["status"] as? String == "delivered" }
        let last = try engine.get("/v1/messages/\(id)").body
        try #require(delivered, "\(last)")
        let types = try engine.get("/v1/messages/\(id)/events").list.compactMap { $0["type"] as? String }
        #expect(types == ["queued", "sent", "delivered"])

        let inbox = try Curl.send("GET", engine.ready.inboxURL, key: nil)
        let entry = try #require(inbox.list.first { $0["subject"] as? String == "Grüße" }, "\(inbox.body)")
        let raw = try Curl.send("GET", "\(engine.ready.inboxURL)/\(try #require(entry["id"] as? String))/raw", key: nil)
        #expect(raw.status == 200)

        guard Tool.hasPythonModule("dkim", neededFor: "verifying the signatures"),
            let python = Tool.path("python3", neededFor: "verifying the signatures")
        else { return }
        var zone: [String: String] = [:]
        for domain in try engine.get("/v1/domains").list {
            for record in domain["dns_records"] as? [[String: Any]] ?? [] where record["type"] as? String == "TXT" {
                if let name = record["name"] as? String, let value = record["value"] as? String { zone[name] = value }
            }
        }
        let folder = try TemporaryFolder()
        let json = String(decoding: try JSONSerialization.data(withJSONObject: zone), as: UTF8.self)
        let file = try folder.file("zone.json", text: json)
        let judged = try Tool.run(python, [Tool.peer("dkim_judge.py"), file.path], input: raw.body)
        print("dkimpy: \(judged.output.split(separator: "\n").joined(separator: "; "))")
        #expect(judged.status == 0, "\(judged.output)\(judged.errors)")
        #expect(judged.output.contains("rsa-sha256 pass") && judged.output.contains("ed25519-sha256 pass"))
        #expect(engine.daemon.terminate() == 0, "\(engine.daemon.errors)")
    }
}
