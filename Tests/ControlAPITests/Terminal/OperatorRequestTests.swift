import Testing

@testable import ControlAPI

@Suite struct OperatorRequestTests {
    @Test func `Names stay one segment of the path`() {
        #expect(
            OperatorRequest.site("direct:@google,x;#+/ %").path
                == "/v1/queue/sites/direct%3A%40google%2Cx%3B%23%2B%2F%20%25")
        #expect(OperatorRequest.site("käse").path == "/v1/queue/sites/k%C3%A4se")
        #expect(OperatorRequest.explain("../keys").path == "/v1/messages/..%2Fkeys/explain")
        for name in ["direct:@google", "a/b%2F+ü", "中"] {
            #expect(QueueRoute.decoded(OperatorRequest.encoded(name)) == name)
        }
        for bad in ["%", "%4", "%zz", "%C3", "%FF"] { #expect(QueueRoute.decoded(bad) == nil) }
    }

    @Test func `Requests are what the routes read`() {
        func body(_ request: OperatorRequest) -> String { String(decoding: request.body, as: UTF8.self) }
        #expect(
            body(.suspend([("site", "s"), ("source", nil)], lasting: "4h", until: nil, reason: "x\"y"))
                == #"{"scope":{"site":"s"},"for":"4h","reason":"x\"y"}"#)
        #expect(body(.resume([("tenant", "t")])) == #"{"scope":{"tenant":"t"}}"#)
        #expect(body(.resume(hold: "h")) == #"{"hold":"h"}"#)
        #expect(body(.verb("flush", [("site", "s")], everything: false)) == #"{"selector":{"site":"s"}}"#)
        #expect(
            body(.verb("bounce", [], everything: true, reason: "r"))
                == #"{"selector":{"everything":true},"reason":"r"}"#)
        #expect(
            body(.verb("reroute", [("pool", "a")], everything: false, pool: .some(nil), andLater: true))
                == #"{"selector":{"pool":"a"},"pool":null,"and_later":true}"#)
        #expect(
            body(.verb("reroute", [("pool", "a")], everything: false, pool: "b"))
                == #"{"selector":{"pool":"a"},"pool":"b"}"#)
        #expect(body(.warmup("m", "stage", group: "google", stage: 3)) == #"{"group":"google","stage":3}"#)
        #expect(body(.warmup("m", "resume", group: nil)) == "{}")
        #expect(OperatorRequest.summary.body.isEmpty && OperatorRequest.sites(limit: 9).path.hasSuffix("?limit=9"))
    }

    @Test func `How many deliveries a verb will change, where the queue can say so`() throws {
        let summary = try Answers.summary()
        let tenant: [(name: String, value: String?)] = [("site", nil), ("tenant", "ten_\(Samples.id(1))")]
        #expect(OperatorCount.question([], everything: true) == .summary)
        #expect(OperatorCount.count(in: summary, [], everything: true) == 16)
        #expect(OperatorCount.question(tenant, everything: false) == .summary)
        #expect(OperatorCount.count(in: summary, tenant, everything: false) == 16)
        #expect(OperatorCount.count(in: summary, [("campaign", "\(Samples.id(3))")], everything: false) == 15)
        #expect(OperatorCount.question([("site", "s")], everything: false) == .site("s"))
        #expect(
            OperatorCount.count(in: try Answers.site(Samples.site("s", ready: 5)), [("site", "s")], everything: false)
                == 10)
        #expect(OperatorCount.question([("site", "s"), ("tenant", "t")], everything: false) == nil)
        #expect(OperatorCount.question([("message", "m")], everything: false) == nil)
    }

    @Test func `What the server says against it is told in its words`() throws {
        func failure(_ status: Int, _ body: String) -> String {
            do {
                _ = try OperatorAnswer(status: status, body: Array(body.utf8))
                return ""
            } catch { return error.description }
        }
        #expect(
            failure(
                422,
                #"{"error":{"message":"No.","details":[{"field":"scope.site","value":"s","message":"No such site."}]}}"#
            ) == "No.\n  scope.site 's': No such site.")
        #expect(
            failure(422, #"{"error":{"message":"No.","details":[{"field":"for","value":"x","message":"No."}]}}"#)
                == "for 'x': No.", "nothing is said twice")
        #expect(failure(401, #"{"error":{"message":"No API key.","details":[]}}"#).contains("MARTLET_KEY"))
        #expect(failure(502, "<html>") == "The server answered with status 502. Is it a Martlet?")
        #expect(failure(200, "<html>").contains("not JSON"))
        #expect(failure(200, "{}").isEmpty)
    }
}
