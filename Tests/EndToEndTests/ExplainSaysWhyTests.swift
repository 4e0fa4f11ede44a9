import Foundation
import Testing

/// Each reason for which mail can wait, made to happen by real peers: `explain` names it with its rule, its figures and
/// the time at which it ends. `paused`, `retry_wait` and `site_backoff` are shown beside the operators' verbs, too.
@Suite(.serialized) struct ExplainSaysWhyTests {
    private static let one = """
        sources:
          - {name: one, address: 127.0.0.2, helo: one.out.example}

        """

    /// A limit that lets one message through and then none for long.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            ("site:\(OperatedEngine.siteA)", "message_rate: 1/h", "site_rate", "1 message/h"),
            ("site:\(OperatedEngine.siteA)", "connection_rate: 1/h", "site_rate", "1 new connection/h"),
            ("site:\(OperatedEngine.siteA) source:one", "message_rate: 1/h", "site_rate", "1 message/h"),
            ("source:one", "message_rate: 2/h", "source_rate", "2 messages/h"),
            ("tenant:*", "message_rate: 1/d", "tenant_rate", "1 message/day"),
        ])
    func limits(match: String, limit: String, reason: String, figure: String) throws {
        // A limit on new connections is only felt by who needs more than one.
        let more = limit.hasPrefix("connection_rate") ? ", messages_per_connection: 1" : ""
        let keys = Self.one + "limits: [{match: \"\(match)\", \(limit)\(more), name: the narrow one}]"
        guard let engine = try OperatedEngine("explain", keys) else { return }
        defer { engine.stop() }
        let ids = try engine.hand(4, to: "a.test")
        let explained = try engine.waiting(ids.reversed(), reason)
        #expect(explained.rule == "the narrow one" && explained.figure.hasPrefix(figure), "\(explained.fields)")
        #expect(!explained.earliest.isEmpty && explained.detail.contains("the narrow one"), "\(explained.fields)")
        let words = try engine.martlet("explain", ids[3])
        #expect(words.output.contains(reason) && words.output.contains(figure), "\(words.output)\(words.errors)")
    }

    @Test(.timeLimit(.minutes(1))) func theConnectionsOfASiteAreBusy() throws {
        let keys = "limits: [{match: \"site:\(OperatedEngine.siteA)\", connections: 1, messages_per_connection: 1}]"
        guard let engine = try OperatedEngine("explain", keys) else { return }
        defer { engine.stop() }
        try engine.change(OperatedEngine.a, "\"stall\": true")
        let ids = try engine.hand(30, to: "a.test")
        let explained = try engine.waiting(ids.reversed(), "site_connections")
        #expect(explained.figure == "1 connection" && !explained.rule.isEmpty, "\(explained.fields)")
        #expect(explained.limit["used"] as? Int == 1)
        _ = try engine.waiting(ids, "under_way")
        try engine.change(OperatedEngine.a, "\"stall\": false")
        #expect(try eventually { try engine.seen(OperatedEngine.a).numbers.count == 30 })
    }

    @Test(.timeLimit(.minutes(1))) func todaysQuotaIsUsedUp() throws {
        let keys = "quotas: [{match: \"tenant:*\", quota: 5/day, name: the small plan}]\ntimezone: Asia/Tokyo"
        guard let engine = try OperatedEngine("explain", keys) else { return }
        defer { engine.stop() }
        let ids = try engine.hand(8, to: "a.test")
        #expect(try eventually { try engine.seen(OperatedEngine.a).numbers.count == 5 })
        let explained = try engine.waiting(ids.reversed(), "quota")
        #expect(explained.rule == "the small plan" && explained.figure == "5/day", "\(explained.fields)")
        #expect(explained.limit["used"] as? Int == 5)
        #expect(explained.earliest.contains("T15:00:00"), "midnight in Tokyo: \(explained.earliest)")
        try engine.killAndRestart()
        _ = try engine.waiting(ids.reversed(), "quota")
        #expect(try engine.seen(OperatedEngine.a).numbers.count == 5)
    }

    @Test(.timeLimit(.minutes(1))) func theProxyOfTheOnlySourceIsDead() throws {
        let keys = """
            sources: [{name: far, proxy: {socks5: "127.0.0.1:\(FreePort.next())"}}]
            queue: {free_disk_percent: 1, retry: {connection: {first: 1s, maximum: 1s}}}
            """
        guard let engine = try OperatedEngine("explain", keys) else { return }
        defer { engine.stop() }
        let ids = try engine.hand(3, to: "a.test")
        let explained = try engine.waiting(ids, "source_unavailable")
        #expect(explained.detail.contains("source far") && !explained.earliest.isEmpty, "\(explained.fields)")
        #expect(explained.rule == "source health" && explained.hold["kind"] as? String == "source_health")
        #expect(try engine.get("/v1/sources").body.contains("socks5://127.0.0.1"))
    }

    @Test(.timeLimit(.minutes(1))) func theHostDoesNotAnswerOrSaysLater() throws {
        guard let engine = try OperatedEngine("explain") else { return }
        defer { engine.stop() }
        try engine.change(OperatedEngine.a, "\"reply\": \"450 4.2.0 come back at noon\"")
        try engine.change(OperatedEngine.b, "\"closed\": true")
        let later = try engine.hand(1, to: "a.test")
        let refused = try engine.hand(20, to: "b.test")
        let waits = try engine.explained(later[0], "retry_wait")
        #expect(waits.lastReply.contains("come back at noon") && !waits.earliest.isEmpty, "\(waits.fields)")
        #expect(waits.fields["attempts"] as? Int == 1)
        let rests = try engine.waiting(refused, "site_backoff")
        #expect(rests.detail.contains("the connection was refused") && !rests.earliest.isEmpty, "\(rests.fields)")
        // What cannot be looked up: the name server is gone, or so slow that the question is still open.
        engine.stopNameServer()
        let id = try engine.hand(1, to: "nobody.test")[0]
        var last = OperatedEngine.Explained(fields: [:])
        #expect(
            try eventually {
                last = try engine.explain(id)
                return last.reason == "dns" || last.reason == "retry_wait" && last.detail.contains("DNS")
            }, "\(last.fields)")
    }

    @Test(.timeLimit(.minutes(1))) func theSenderAskedForALaterTime() throws {
        guard let engine = try OperatedEngine("explain") else { return }
        defer { engine.stop() }
        let time = ISO8601DateFormatter().string(from: Date().addingTimeInterval(7_200))
        let sent = try engine.post(
            "/v1/messages/send",
            #"{"from": "s@sender.test", "to": "r@a.test", "subject": "s", "text": "t", "scheduled_at": "\#(time)"}"#)
        let id = try #require(sent.data["id"] as? String ?? sent.data["message_id"] as? String, "\(sent.body)")
        let explained = try engine.explained(id, "scheduled")
        #expect(explained.earliest.prefix(19) == time.prefix(19), "\(explained.fields)")
    }

    /// What becomes of mail could not be remembered, so none leaves.
    @Test(.timeLimit(.minutes(1))) func theJournalCannotBeWritten() throws {
        guard let disk = try SmallDisk(megabytes: 64),
            let engine = try OperatedEngine(
                "explain", "queue: {free_disk_percent: 0, segment_size: 1MiB}\n" + Self.one,
                data: "\(disk.folder.path)/data")
        else { return }
        defer { engine.stop() }
        try engine.post("/v1/queue/suspend", #"{"scope": {"source": "one"}}"#)
        let ids = try engine.hand(3, to: "a.test")
        _ = try engine.waiting(ids, "paused")
        // What explain knows of the message must be there before the disk is full.
        try disk.fill(leaving: 0)
        var isFull = false
        // What is preallocated may still be taken.
        for _ in 0..<40 where !isFull { isFull = (try? engine.tries(100, to: "a.test")) == false }
        #expect(isFull, "the full disk is refused")
        let explained = try engine.explained(ids[0], "disk")
        #expect(explained.detail.contains("journal cannot be written"), "\(explained.fields)")
        try disk.free()
        _ = try engine.explained(ids[0], "paused")
        try engine.post("/v1/queue/resume", #"{"scope": {"source": "one"}}"#)
        #expect(try eventually { try engine.explain(ids[2]).state == "delivered" })
    }
}
