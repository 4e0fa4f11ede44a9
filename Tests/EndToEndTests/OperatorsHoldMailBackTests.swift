import Foundation
import Testing

/// What an operator suspends, by command or by HTTP, stays here through a crash, says so, and leaves when resumed.
@Suite(.serialized) struct OperatorsHoldMailBackTests {
    private static let oneSource = """
        sources:
          - {name: one, address: 127.0.0.2, helo: one.out.example}
        """

    @Test(.timeLimit(.minutes(2))) func aSuspensionByCommandSurvivesACrash() throws {
        guard let engine = try OperatedEngine("suspensions", Self.oneSource) else { return }
        defer { engine.stop() }
        let made = try engine.martlet("queue", "suspend", "--source", "one", "--reason", "moving the rack")
        #expect(made.status == 0, "\(made.errors)")
        let ids = try engine.hand(3, to: "a.test")
        let explained = try engine.explained(ids[0], "paused")
        #expect(explained.detail.contains("moving the rack") && explained.detail.contains("source one"))
        #expect(explained.earliest.isEmpty && explained.rule == "suspension")
        let words = try engine.martlet("explain", ids[0])
        #expect(words.output.contains("paused") && words.output.contains("moving the rack"), "\(words.output)")

        try engine.killAndRestart()
        #expect(try engine.explained(ids[2], "paused").detail.contains("moving the rack"))
        #expect(try engine.seen(OperatedEngine.a).connections == 0)
        let resumed = try engine.martlet("queue", "resume", "--source", "one")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(try eventually { try engine.seen(OperatedEngine.a).numbers.count == 3 })
    }

    @Test(.timeLimit(.minutes(2))) func aSiteIsSuspendedByHTTPAndTheOthersGoOn() throws {
        guard let engine = try OperatedEngine("suspensions", Self.oneSource) else { return }
        defer { engine.stop() }
        // A site that nobody has written to yet can be suspended beforehand, too.
        let held = try engine.post(
            "/v1/queue/suspend", #"{"scope": {"site": "\#(OperatedEngine.siteA)"}, "for": "1h", "reason": "full moon"}"#
        )
        try #require(held.status == 201, "\(held.body)")
        let ids = try engine.hand(4, to: "a.test", "b.test")
        #expect(try eventually { try engine.seen(OperatedEngine.b).numbers.count == 2 })
        let explained = try engine.explained(ids[0], "paused")
        #expect(explained.detail.contains("full moon"))
        #expect(explained.earliest == held.data["until"] as? String)
        #expect(try engine.martlet("queue", "site", OperatedEngine.siteA).output.contains("full moon"))
        try engine.killAndRestart()
        #expect(try engine.explained(ids[2], "paused").earliest == held.data["until"] as? String)
        #expect(try engine.seen(OperatedEngine.a).connections == 0)
        let hold = try #require(held.data["id"] as? String)
        #expect(try engine.post("/v1/queue/resume", #"{"hold": "\#(hold)"}"#).status == 200)
        #expect(try eventually { try engine.seen(OperatedEngine.a).numbers.count == 2 })
        #expect(try engine.get("/v1/queue/holds").list.isEmpty)
    }

    @Test(.timeLimit(.minutes(2))) func aTenantsAndACampaignsSuspensionEndByThemselves() throws {
        guard let engine = try OperatedEngine("suspensions", Self.oneSource) else { return }
        defer { engine.stop() }
        // Which tenant mail from a trusted network belongs to is seen on the mail.
        try engine.change(OperatedEngine.b, #""reply": "450 4.3.0 later""#)
        try engine.hand(1, to: "b.test")
        var tenant = ""
        _ = try eventually {
            let line = (try engine.get("/v1/queue").data["tenants"] as? [[String: Any]])?.first
            tenant = line?["tenant"] as? String ?? ""
            return !tenant.isEmpty
        }
        let campaign = "01890a5d-ac96-774b-bcce-b302099a8057"
        for scope in [["--tenant", tenant], ["--campaign", campaign]] {
            let made = try engine.martlet(
                "queue", "suspend", scope[0], scope[1], "--for", "6s", "--reason", "a pause")
            #expect(made.status == 0, "\(made.errors)")
        }
        #expect(try engine.get("/v1/queue/holds").list.count == 2)
        let ids = try engine.hand(2, to: "a.test")
        let explained = try engine.explained(ids[0], "paused")
        #expect(explained.detail.contains("tenant \(tenant)") && !explained.earliest.isEmpty)
        try engine.killAndRestart()
        // What has ended during the start is no longer there; mail leaves by itself when it ends.
        #expect(try eventually { try engine.seen(OperatedEngine.a).numbers.count == 2 })
        #expect(try eventually { try engine.get("/v1/queue/holds").list.isEmpty })
    }

    @Test(.timeLimit(.minutes(1))) func whatNamesNothingIsRefusedAndChangesNothing() throws {
        guard let engine = try OperatedEngine("suspensions", Self.oneSource) else { return }
        defer { engine.stop() }
        for body in [
            "{}", #"{"scope": {}}"#, #"{"scope": {"source": "two"}}"#, #"{"scope": {"source": "one"}, "for": "0s"}"#,
            #"{"scope": {"source": "one"}, "until": "2020-01-01T00:00:00Z"}"#,
            #"{"scope": {"sauce": "one"}}"#, #"{"scope": {"tenant": "me"}}"#,
            #"{"scope": {"source": "one"}, "for": "1h", "until": "2090-01-01T00:00:00Z"}"#,
        ] {
            let answer = try engine.post("/v1/queue/suspend", body)
            #expect([400, 422].contains(answer.status), "\(body): \(answer.status) \(answer.body)")
        }
        #expect(try engine.martlet("queue", "suspend", "--source", "two").status != 0)
        #expect(try engine.martlet("queue", "bounce", "--everything", "--reason", "x").status != 0, "needs --yes")
        #expect(try engine.get("/v1/queue/holds").list.isEmpty)
    }
}
