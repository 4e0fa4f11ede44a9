import Foundation
import Mail
import Testing

@testable import ControlAPI
@testable import Queue
@testable import Service

/// What the operators' routes show, over HTTP.
@Suite struct QueueRoutesTests {
    @Test(.timeLimit(.minutes(1))) func `The queue in figures`() async throws {
        try await RouteRig.run { rig in
            rig.desk.change { $0.summary = Samples.summary() }
            let answer = try await rig.get("/v1/queue")
            #expect(answer.status == 200, "\(answer.body)")
            #expect(answer.data["deliveries"] as? Int == 16 && answer.data["messages"] as? Int == 8)
            #expect(answer.data["at"] as? String == "1970-01-01T00:16:40Z")
            #expect(answer.data["delivered"] as? Int == 90 && answer.data["under_way"] as? Int == 2)
            let suspensions = try #require(answer.data["suspensions"] as? [[String: Any]])
            #expect(suspensions.map { $0["reason"] as? String } == ["disk"])
            let holds = try #require(answer.data["holds"] as? [[String: Any]])
            #expect(holds[0]["kind"] as? String == "source_health" && holds[0]["until"] is NSNull)
            #expect((holds[0]["scope"] as? [String: Any])?["source"] as? String == "mta-2")
            let limits = try #require(answer.data["limits"] as? [[String: Any]])
            #expect(limits[0]["figure"] as? String == "10 messages/min; 2 connections", "\(limits)")
            #expect(limits[0]["source"] as? String == "mta-1")
            let sources = try #require(answer.data["sources"] as? [[String: Any]])
            #expect(sources.map { $0["trouble"] as? String } == [nil, "its address is gone"])
            #expect((answer.data["campaigns"] as? [[String: Any]])?.count == 1)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `Sites, the fullest first, and whether there are others`() async throws {
        try await RouteRig.run { rig in
            rig.desk.change { state in
                state.sites = (0..<60).map { Samples.site("direct:mx\($0).example", ready: 100 - $0) }
            }
            let first = try await rig.get("/v1/queue/sites")
            #expect(first.list.count == 50 && first.list[0]["site"] as? String == "direct:mx0.example")
            #expect((first.json["meta"] as? [String: Any])?["has_more"] as? Bool == true)
            let all = try await rig.get("/v1/queue/sites?limit=60")
            #expect(all.list.count == 60 && (all.json["meta"] as? [String: Any])?["has_more"] as? Bool == false)
            for bad in ["0", "1001", "x", "-1"] {
                let answer = try await rig.get("/v1/queue/sites?limit=\(bad)")
                #expect(answer.status == 422 && answer.fields == ["limit"], "\(answer.body)")
            }
        }
    }

    /// Names as routing makes them: an exit, a provider or hosts, and what else distinguishes them.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            "direct:@google", "direct:mx1.example,mx2.example", "relay:[2001:db8::1]:25;tls=verify#2", "a+b",
            "100%", "käse.example", "a/b", "a?b=c&d", "direct:mx example", "%2F",
        ])
    func `One site, whatever is in its name`(_ name: String) async throws {
        try await RouteRig.run { rig in
            rig.desk.change {
                $0.sites = [
                    Samples.site(
                        name, ready: 5, reason: .siteConnections(site: name, limit: 20), lastReply: "421 4.7.0 busy")
                ]
            }
            let path = OperatorRequest.site(name).path
            let answer = try await rig.get(path)
            #expect(answer.status == 200, "\(path): \(answer.body)")
            #expect(answer.data["site"] as? String == name)
            #expect((answer.data["wait"] as? [String: Any])?["reason"] as? String == "site_connections")
            #expect(answer.data["deliveries"] as? Int == 10 && answer.data["connections_allowed"] as? Int == 20)
            #expect(answer.data["last_reply"] as? String == "421 4.7.0 busy")
            #expect(answer.data["oldest"] as? String == "1969-12-31T23:16:40Z")
            let sources = try #require(answer.data["sources"] as? [[String: Any]])
            let wait = try #require(sources[0]["wait"] as? [String: Any])
            #expect(wait["reason"] as? String == "suspended_by_rule" && wait["earliest"] as? String != nil)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `A site's name may stand in the path as it is, where the path allows it`()
        async throws
    {
        try await RouteRig.run { rig in
            rig.desk.change { $0.sites = [Samples.site("direct:@google,a;b+c", ready: 5)] }
            let answer = try await rig.get("/v1/queue/sites/direct:@google,a;b+c")
            #expect(answer.status == 200, "\(answer.body)")
            let absent = try await rig.get("/v1/queue/sites/direct:@yahoo")
            #expect(absent.status == 404 && absent.error["code"] as? String == "not_found", "\(absent.body)")
        }
    }

    @Test(.timeLimit(.minutes(1))) func `Suspensions in force`() async throws {
        try await RouteRig.run { rig in
            rig.desk.change { state in
                state.holds = [
                    Samples.hold(.siteAndTenant(site: "direct:@google", tenant: Samples.id(1)), until: 60),
                    Samples.hold(.campaign(Samples.id(3)), .rule(name: "r", reply: "421 no\u{1B}[2J")),
                ]
            }
            let answer = try await rig.get("/v1/queue/holds")
            #expect(answer.status == 200 && answer.list.count == 2, "\(answer.body)")
            #expect(answer.list[0]["until"] as? String == "1970-01-01T00:17:40Z")
            let scope = try #require(answer.list[0]["scope"] as? [String: Any])
            #expect(scope["site"] as? String == "direct:@google" && scope["source"] is NSNull)
            #expect(scope["tenant"] as? String == Samples.id(1).description)
            #expect(answer.list[1]["by"] as? String == "r" && !answer.body.contains("\u{1B}"))
        }
    }

    @Test(.timeLimit(.minutes(1))) func `Sources and pools are shown, and changed in the file`() async throws {
        let sources = [
            EgressSource(
                name: "mta-1", addresses: [try #require(IPAddress("192.0.2.1"))], heloName: "mta1.example"),
            EgressSource(
                name: "mta-2",
                proxy: EgressProxy(kind: .socks5(user: "u", password: "secret"), host: "2001:db8::2", port: 1_080)),
            EgressSource(name: "mta-3", proxy: EgressProxy(kind: .haproxy(version: 2), host: "px.example", port: 99)),
        ]
        let table = try EgressTable(
            sources: sources,
            pools: [
                SourcePool(name: "warm", members: [.init(source: 0, weight: 3), .init(source: 1)], overflow: "rest"),
                SourcePool(name: "rest", members: [.init(source: 2)]),
            ], rules: [PoolRule(pool: "warm")])
        try await RouteRig.run(egress: table) { rig in
            rig.desk.change { $0.summary = Samples.summary() }
            let shown = try await rig.get("/v1/sources")
            #expect(shown.list.map { $0["source"] as? String } == ["mta-1", "mta-2", "mta-3"], "\(shown.body)")
            #expect(shown.list[0]["addresses"] as? [String] == ["192.0.2.1"])
            #expect(shown.list[0]["delivered"] as? Int == 90 && shown.list[2]["delivered"] as? Int == 0)
            #expect(shown.list[1]["proxy"] as? String == "socks5://[2001:db8::2]:1080")
            #expect(shown.list[2]["proxy"] as? String == "haproxy-v2://px.example:99")
            #expect(shown.list[1]["trouble"] as? String == "its address is gone")
            #expect(shown.list.map { $0["pools"] as? [String] } == [["warm"], ["warm"], ["rest"]])
            #expect(!shown.body.contains("secret"))
            let pools = try await rig.get("/v1/pools")
            #expect(pools.list.map { $0["overflow"] as? String } == ["rest", nil], "\(pools.body)")
            let members = try #require(pools.list[0]["members"] as? [[String: Any]])
            #expect(members[0]["weight"] as? Int == 3 && members[1]["source"] as? String == "mta-2")
            for path in ["/v1/sources", "/v1/pools", "/v1/warmup"] {
                let answer = try await rig.send("PUT", path, body: "{}")
                #expect(answer.status == 405 && answer.body.contains("martlet.yaml"), "\(answer.body)")
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `Without sources both lists are empty`() async throws {
        try await RouteRig.run { rig in
            for path in ["/v1/sources", "/v1/pools"] {
                let answer = try await rig.get(path)
                #expect(answer.status == 200 && answer.body == #"{"data":[]}"#, "\(answer.body)")
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `Only the operator's key opens any of it`() async throws {
        let routes = [
            ("GET", "/v1/queue"), ("GET", "/v1/queue/sites"), ("GET", "/v1/queue/sites/x"), ("GET", "/v1/queue/holds"),
            ("POST", "/v1/queue/suspend"), ("POST", "/v1/queue/resume"), ("POST", "/v1/queue/flush"),
            ("POST", "/v1/queue/cancel"), ("POST", "/v1/queue/bounce"), ("POST", "/v1/queue/reroute"),
            ("GET", "/v1/sources"), ("PUT", "/v1/sources"), ("GET", "/v1/pools"), ("PUT", "/v1/pools"),
            ("GET", "/v1/warmup"), ("PUT", "/v1/warmup"), ("POST", "/v1/warmup/mta-1/hold"),
            ("POST", "/v1/warmup/mta-1/resume"), ("POST", "/v1/warmup/mta-1/stage"), ("POST", "/v1/shaping/reload"),
        ]
        try await RouteRig.run { rig in
            for (method, path) in routes {
                for key in [rig.keys.read, rig.keys.foreign] {
                    let answer = try await rig.send(method, path, body: method == "POST" ? "{" : nil, key: key)
                    #expect(answer.status == 403, "\(method) \(path): \(answer.body)")
                    #expect(answer.error["code"] as? String == "insufficient_scope")
                    #expect((answer.error["message"] as? String)?.contains("operate") == true)
                }
                let nobody = try await rig.send(method, path, key: "mt_live_nobody")
                #expect(nobody.status == 401, "\(method) \(path): \(nobody.body)")
            }
            #expect(rig.desk.takeVerbs().isEmpty, "nothing was done")
        }
    }

    @Test(.timeLimit(.minutes(1))) func `An engine without a queue says so`() async throws {
        try await RouteRig.run(hasQueue: false) { rig in
            let answer = try await rig.get("/v1/queue")
            #expect(answer.status == 503 && answer.error["message"] is String, "\(answer.body)")
        }
    }
}
