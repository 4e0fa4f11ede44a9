import Foundation
import Mail
import Synchronization
import Testing

@testable import ControlAPI
@testable import Queue
@testable import Service

/// What operators do, over HTTP: every verb, and every way to ask for it wrongly.
@Suite struct QueueVerbsTests {
    static let tenant = Samples.id(1).description

    @Test(.timeLimit(.minutes(1))) func `Everything that can be suspended`() async throws {
        let id = Samples.id(1)
        let scopes: [(String, Hold.Scope)] = [
            (#"{"site":"direct:@google"}"#, .site("direct:@google")), (#"{"source":"mta-1"}"#, .source("mta-1")),
            (#"{"site":"s","source":"mta-1"}"#, .siteAndSource(site: "s", source: "mta-1")),
            (#"{"tenant":"\#(id)"}"#, .tenant(id)), (#"{"tenant":"ten_\#(id)"}"#, .tenant(id)),
            (#"{"site":"s","tenant":"\#(id)"}"#, .siteAndTenant(site: "s", tenant: id)),
            (#"{"campaign":"cmp_\#(id)"}"#, .campaign(id)),
        ]
        try await RouteRig.run { rig in
            for (scope, expected) in scopes {
                let answer = try await rig.post("/v1/queue/suspend", #"{"scope":\#(scope),"reason":" too fast "}"#)
                #expect(answer.status == 201, "\(answer.body)")
                #expect(
                    rig.desk.takeVerbs()
                        == [.suspend(expected, until: nil, by: "night shift", reason: "too fast")])
                #expect(answer.data["by"] as? String == "night shift" && answer.data["until"] is NSNull)
                _ = try await rig.post("/v1/queue/resume", #"{"scope":\#(scope)}"#)
                #expect(rig.desk.takeVerbs() == [.resume(expected)])
            }
        }
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            (#""for":"30s""#, 30), (#""for":"90m""#, 5_400), (#""for":"4h""#, 14_400), (#""for":"2d""#, 172_800),
            (#""for":"1w""#, 604_800), (#""for":"1d12h""#, 129_600), (#""until":"1970-01-01T01:16:40Z""#, 3_600),
            (#""until":"1970-01-01T02:16:40+01:00""#, 3_600),
        ])
    func `How long it lasts`(_ member: String, _ seconds: Int64) async throws {
        try await RouteRig.run { rig in
            let answer = try await rig.post("/v1/queue/suspend", #"{"scope":{"site":"s"},\#(member)}"#)
            #expect(answer.status == 201, "\(answer.body)")
            #expect(
                rig.desk.takeVerbs()
                    == [.suspend(.site("s"), until: Samples.now + .seconds(seconds), by: "night shift", reason: "")])
        }
    }

    @Test(.timeLimit(.minutes(1))) func `Wrong suspensions are refused by field, and nothing is done`() async throws {
        let site = #""scope":{"site":"s"}"#
        let cases: [(String, String)] = [
            ("{}", "scope"), (#"{"scope":{}}"#, "scope"), (#"{"scope":"s"}"#, "scope"),
            (#"{"scope":{"site":1}}"#, "scope.site"), (#"{"scope":{"site":""}}"#, "scope.site"),
            (#"{"scope":{"site":"a\nb"}}"#, "scope.site"), (#"{"scope":{"sites":"s"}}"#, "scope.sites"),
            (#"{"scope":{"tenant":"acme"}}"#, "scope.tenant"), (#"{"scope":{"campaign":"x"}}"#, "scope.campaign"),
            (#"{"scope":{"source":"m","tenant":"\#(Self.tenant)"}}"#, "scope"),
            (#"{"scope":{"site":"s","campaign":"\#(Self.tenant)"}}"#, "scope"),
            (#"{\#(site),"for":"4 hours"}"#, "for"), (#"{\#(site),"for":"0s"}"#, "for"),
            (#"{\#(site),"for":"-1h"}"#, "for"), (#"{\#(site),"for":"10"}"#, "for"),
            (#"{\#(site),"for":"367d"}"#, "for"), (#"{\#(site),"for":"9999999999999999999h"}"#, "for"),
            (#"{\#(site),"for":4}"#, "for"), (#"{\#(site),"for":"1h","until":"2030-01-01T00:00:00Z"}"#, "for"),
            (#"{\#(site),"until":"tomorrow"}"#, "until"), (#"{\#(site),"until":"1970-01-01T00:16:40Z"}"#, "until"),
            (#"{\#(site),"until":"2026-01-01T00:00:00Z"}"#, "until"), (#"{\#(site),"reason":["x"]}"#, "reason"),
            (#"{\#(site),"reason":"a\u001bb"}"#, "reason"),
            (#"{\#(site),"reason":"\#(String(repeating: "x", count: 501))"}"#, "reason"),
            (#"{\#(site),"forr":"4h"}"#, "forr"),
        ]
        try await RouteRig.run { rig in
            for (body, field) in cases {
                let answer = try await rig.post("/v1/queue/suspend", body)
                #expect(answer.status == 422 && answer.fields.contains(field), "\(body): \(answer.body)")
            }
            for body in ["", "[]", "{", #"{"scope":{},"scope":{}}"#] {
                #expect(try await rig.post("/v1/queue/suspend", body).status == 400, "\(body)")
            }
            #expect(rig.desk.takeVerbs().isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `Resuming one suspension, or all of a scope`() async throws {
        try await RouteRig.run { rig in
            let hold = Samples.hold(.source("mta-1"))
            rig.desk.change { $0.holds = [hold] }
            let one = try await rig.post("/v1/queue/resume", #"{"hold":"\#(hold.id)"}"#)
            #expect(one.status == 200 && rig.desk.takeVerbs() == [.resumeHold(hold.id)], "\(one.body)")
            #expect((one.data["resumed"] as? [Any])?.count == 1)
            let scope = try await rig.post("/v1/queue/resume", #"{"scope":{"source":"mta-1"}}"#)
            #expect((scope.data["resumed"] as? [Any])?.count == 1, "\(scope.body)")
            let again = try await rig.post("/v1/queue/resume", #"{"scope":{"source":"mta-1"}}"#)
            #expect(again.status == 200 && (again.data["resumed"] as? [Any])?.isEmpty == true)
            #expect(try await rig.post("/v1/queue/resume", #"{"hold":"\#(Samples.id(4))"}"#).status == 404)
            for (body, field) in [
                (#"{"hold":"x"}"#, "hold"), ("{}", "scope"), (#"{"scope":{}}"#, "scope"),
                (#"{"scope":{"site":"s"},"hold":"\#(hold.id)"}"#, "scope"), (#"{"id":"x"}"#, "id"),
            ] {
                let answer = try await rig.post("/v1/queue/resume", body)
                #expect(answer.status == 422 && answer.fields.contains(field), "\(body): \(answer.body)")
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `The verbs and what they select`() async throws {
        var selector = QueueSelector()
        selector.site = "direct:@google"
        selector.destination = Domain("gmail.com")
        selector.tenant = Samples.id(1)
        selector.campaign = Samples.id(3)
        selector.stream = .broadcast
        selector.message = Samples.id(4)
        selector.pool = "warm"
        let whole =
            #"{"site":"direct:@google","destination":"gmail.com","tenant":"\#(Samples.id(1))","#
            + #""campaign":"\#(Samples.id(3))","#
            + #""stream":"broadcast","message":"msg_\#(Samples.id(4))","pool":"warm"}"#
        var everything = QueueSelector()
        everything.everything = true
        let expected = selector
        let all = everything
        try await RouteRig.run { rig in
            rig.desk.change { state in
                state.result.deliveries = 12
                state.result.messages = 9
                state.result.underWay = 2
            }
            for (name, verb) in [("flush", FakeDesk.Verb.flush(expected)), ("cancel", .cancel(expected))] {
                let answer = try await rig.post("/v1/queue/\(name)", #"{"selector":\#(whole)}"#)
                #expect(answer.body == #"{"data":{"deliveries":12,"messages":9,"under_way":2}}"#)
                #expect(rig.desk.takeVerbs() == [verb])
            }
            _ = try await rig.post("/v1/queue/bounce", #"{"selector":\#(whole),"reason":"wrong list"}"#)
            #expect(rig.desk.takeVerbs() == [.bounce(expected, by: "night shift", reason: "wrong list")])
            _ = try await rig.post("/v1/queue/cancel", #"{"selector":{"everything":true}}"#)
            #expect(rig.desk.takeVerbs() == [.cancel(all)])
            _ = try await rig.post("/v1/queue/reroute", #"{"selector":\#(whole),"pool":"cold"}"#)
            #expect(rig.desk.takeVerbs() == [.reroute(expected, pool: "cold")])
            _ = try await rig.post("/v1/queue/reroute", #"{"selector":\#(whole),"pool":null,"and_later":true}"#)
            var later = expected
            later.andLater = true
            #expect(rig.desk.takeVerbs() == [.reroute(later, pool: nil)])
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["flush", "cancel", "bounce", "reroute"])
    func `A wrong selector is refused by field, and nothing is done`(_ verb: String) async throws {
        let cases: [(String, String)] = [
            ("null", "selector"), ("{}", "selector"), (#""s""#, "selector"), ("[]", "selector"),
            (#"{"everything":false}"#, "selector"), (#"{"everything":"yes"}"#, "selector.everything"),
            (#"{"everything":true,"site":"s"}"#, "selector.everything"),
            (#"{"tennant":"x","site":"s"}"#, "selector.tennant"),
            (#"{"site":"s","tenant":"acme"}"#, "selector.tenant"), (#"{"message":"12"}"#, "selector.message"),
            (#"{"campaign":"12"}"#, "selector.campaign"), (#"{"destination":"not a domain"}"#, "selector.destination"),
            (#"{"stream":"bulk"}"#, "selector.stream"), (#"{"pool":""}"#, "selector.pool"),
            (#"{"site":"\#(String(repeating: "s", count: 513))"}"#, "selector.site"),
            (#"{"site":["s"]}"#, "selector.site"),
        ]
        try await RouteRig.run { rig in
            let more = verb == "bounce" ? #","reason":"r""# : verb == "reroute" ? #","pool":null"# : ""
            for (selector, field) in cases {
                let answer = try await rig.post("/v1/queue/\(verb)", #"{"selector":\#(selector)\#(more)}"#)
                #expect(answer.status == 422 && answer.fields.contains(field), "\(selector): \(answer.body)")
                #expect(answer.error["request_id"] is String)
            }
            let flat = try await rig.post("/v1/queue/\(verb)", #"{"site":"s"\#(more)}"#)
            #expect(flat.status == 422 && flat.fields.contains("site"), "not where it belongs: \(flat.body)")
            #expect(try await rig.post("/v1/queue/\(verb)", "{").status == 400)
            #expect(rig.desk.takeVerbs().isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `A bounce needs its reason, a re-route its pool`() async throws {
        try await RouteRig.run { rig in
            for (path, body, field) in [
                ("bounce", #"{"selector":{"site":"s"}}"#, "reason"),
                ("bounce", #"{"selector":{"site":"s"},"reason":"  "}"#, "reason"),
                ("bounce", #"{"selector":{"site":"s"},"reason":"a\nb"}"#, "reason"),
                ("reroute", #"{"selector":{"site":"s"}}"#, "pool"),
                ("reroute", #"{"selector":{"site":"s"},"pool":3}"#, "pool"),
                ("reroute", #"{"selector":{"site":"s"},"pool":""}"#, "pool"),
                ("flush", #"{"selector":{"site":"s"},"reason":"x"}"#, "reason"),
            ] {
                let answer = try await rig.post("/v1/queue/\(path)", body)
                #expect(answer.status == 422 && answer.fields.contains(field), "\(body): \(answer.body)")
            }
            #expect(rig.desk.takeVerbs().isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `What the queue refuses names the field`() async throws {
        let cases: [(ControlFailure, String, String, Int, String?)] = [
            (.unknownSite("s"), "flush", #"{"selector":{"site":"s"}}"#, 422, "selector.site"),
            (.unknownSite("s"), "suspend", #"{"scope":{"site":"s"}}"#, 422, "scope.site"),
            (.unknownSource("m"), "suspend", #"{"scope":{"source":"m"}}"#, 422, "scope.source"),
            (.unknownPool("p"), "cancel", #"{"selector":{"pool":"p"}}"#, 422, "selector.pool"),
            (.unknownPool("p"), "reroute", #"{"selector":{"site":"s"},"pool":"p"}"#, 422, "pool"),
            (.unknownPool("q"), "reroute", #"{"selector":{"pool":"q"},"pool":"p"}"#, 422, "selector.pool"),
            (.selectsNothing, "bounce", #"{"selector":{"site":"s"},"reason":"r"}"#, 422, "selector"),
            (.alreadyOver, "suspend", #"{"scope":{"site":"s"}}"#, 422, "until"),
            (.unknownHold, "resume", #"{"hold":"\#(Samples.id(1))"}"#, 404, nil),
            (.storage, "flush", #"{"selector":{"everything":true}}"#, 503, nil),
            (.brokenOff, "cancel", #"{"selector":{"everything":true}}"#, 503, nil),
            (.shuttingDown, "flush", #"{"selector":{"everything":true}}"#, 503, nil),
        ]
        try await RouteRig.run { rig in
            for (failure, path, body, status, field) in cases {
                rig.desk.change { $0.failure = failure }
                let answer = try await rig.post("/v1/queue/\(path)", body)
                #expect(answer.status == status, "\(failure): \(answer.body)")
                if let field { #expect(answer.fields == [field], "\(failure): \(answer.body)") }
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `Warm-ups, and what is done to them`() async throws {
        try await RouteRig.run { rig in
            let shown = try await rig.get("/v1/warmup")
            #expect(shown.list.map { $0["state"] as? String } == ["running", "finished"], "\(shown.body)")
            #expect(shown.list[0]["cap"] as? Int == 1_000 && shown.list[1]["cap"] is NSNull)
            #expect(shown.list[0]["completion"] as? String == "2026-02-11")
            #expect(shown.list[0]["judgement"] as? String == "Promoted: yesterday's deliveries were enough.")
            let held = try await rig.post("/v1/warmup/mta-1/hold", #"{"group":"google","hold":"zero"}"#)
            #expect(held.status == 200 && held.list.map { $0["state"] as? String } == ["stopped"], "\(held.body)")
            let stage = try await rig.post("/v1/warmup/mta-1/hold", "")
            #expect(stage.list.map { $0["state"] as? String } == ["held", "finished"], "\(stage.body)")
            let resumed = try await rig.post("/v1/warmup/mta-1/resume", "{}")
            #expect(resumed.list.map { $0["state"] as? String } == ["running", "finished"], "\(resumed.body)")
            let moved = try await rig.post("/v1/warmup/mta%2D1/stage", #"{"group":"google","stage":7}"#)
            #expect(moved.list.map { $0["stage"] as? Int } == [7], "\(moved.body)")
            for (path, body, status, field) in [
                ("mta-1/stage", "{}", 422, "stage"), ("mta-1/stage", #"{"stage":0}"#, 422, "stage"),
                ("mta-1/stage", #"{"stage":31}"#, 422, "stage"), ("mta-1/stage", #"{"stage":"3"}"#, 422, "stage"),
                ("mta-1/hold", #"{"hold":"half"}"#, 422, "hold"), ("mta-1/hold", #"{"stage":1}"#, 422, "stage"),
                ("mta-1/resume", #"{"group":"yahoo"}"#, 422, "group"),
                ("mta-1/resume", #"{"hold":"zero"}"#, 422, "hold"),
                ("mta-9/hold", "", 404, ""),
            ] {
                let answer = try await rig.post("/v1/warmup/\(path)", body)
                #expect(answer.status == status, "\(path) \(body): \(answer.body)")
                if !field.isEmpty { #expect(answer.fields == [field], "\(path) \(body): \(answer.body)") }
            }
        }
        try await RouteRig.run(warmups: nil) { rig in
            let none = try await rig.get("/v1/warmup")
            #expect(none.body == #"{"data":[]}"#)
            let absent = try await rig.post("/v1/warmup/mta-1/hold", "")
            #expect(absent.status == 404, "\(absent.body)")
        }
    }

    @Test(.timeLimit(.minutes(1))) func `Shaping rules are read anew, or stay`() async throws {
        try await RouteRig.run { rig in
            let loaded = try await rig.post("/v1/shaping/reload", "")
            #expect(loaded.body == #"{"data":{"rules":57}}"#)
            rig.reload.next.withLock {
                $0 = .refused(["shaping.yaml line 3: no such action 'suspendd'", "shaping.yaml line 9: no duration"])
            }
            let refused = try await rig.post("/v1/shaping/reload", "")
            #expect(refused.status == 422 && refused.fields == ["shaping", "shaping"], "\(refused.body)")
            #expect(refused.body.contains("line 3") && refused.body.contains("line 9"))
            rig.reload.next.withLock { $0 = .notConfigured }
            let none = try await rig.post("/v1/shaping/reload", "")
            #expect(none.status == 409 && none.error["code"] as? String == "invalid_state", "\(none.body)")
        }
    }
}
