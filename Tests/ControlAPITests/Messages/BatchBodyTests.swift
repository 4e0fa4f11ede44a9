import HTTPTypes
import Mail
import Testing

@testable import ControlAPI
@testable import Service

@Suite struct BatchBodyTests {
    private func read(_ text: String) throws -> (request: BatchRequest, unknown: [String]) {
        try BatchBody.read(IncomingBody.object(Array(text.utf8)), clientAddress: "192.0.2.1")
    }

    @Test func recipientsKeepTheOrderOfTheirVariables() throws {
        let (request, unknown) = try read(
            #"{"from":"a@example.com","subject":"Hi {{name}}","recipient_variables":"#
                + #"{"zoe@example.org":{"name":"Zoe","n":1.50},"ann@example.org":{},"bob@example.org":{"x":[1]}},"odd":1}"#
        )
        guard case .merge(let send, let recipients) = request.form else {
            Issue.record("not a merge")
            return
        }
        #expect(send.subject == "Hi {{name}}" && send.clientAddress == "192.0.2.1")
        #expect(recipients.map(\.address) == ["zoe@example.org", "ann@example.org", "bob@example.org"])
        #expect(recipients[0].variables == .object([.init("name", .text("Zoe")), .init("n", .number("1.50"))]))
        #expect(unknown == ["odd"])
    }

    @Test func eachMessageIsReadForItself() throws {
        let (request, unknown) = try read(
            #"{"messages":[{"to":"a@example.org"},7,{"to":{},"subject":1},{"subjekt":"x"}],"idempotency_key":"k","from":"a@b.c"}"#
        )
        guard case .messages(let messages) = request.form else {
            Issue.record("not a list")
            return
        }
        let found = messages.map { message -> [String] in
            switch message {
            case .success(let send): ["to \(send.to)"]
            case .failure(let failure): failure.details.map(\.field)
            }
        }
        #expect(
            found == [
                [#"to ["a@example.org"]"#], ["messages[1]"], ["messages[2].to", "messages[2].subject"], ["to []"],
            ])
        #expect(unknown == ["messages[3].subjekt", "from"])
        #expect(try messages[0].get().clientAddress == "192.0.2.1")
    }

    @Test(arguments: [
        (#"{}"#, ["messages"]), (#"{"messages":{}}"#, ["messages"]),
        (#"{"messages":[{}],"recipient_variables":{"a@b.c":{}}}"#, ["recipient_variables"]),
        (#"{"recipient_variables":[]}"#, ["recipient_variables"]),
        (#"{"recipient_variables":{"a@b.c":1,"d@e.f":{}}}"#, ["recipient_variables.a@b.c"]),
        (#"{"to":["a@b.c","x@y.z"],"recipient_variables":{"a@b.c":{}}}"#, ["to[1]"]),
        (#"{"from":1,"recipient_variables":{"a@b.c":{}}}"#, ["from"]),
        (#"{"stream":"x","recipient_variables":{"a@b.c":{}}}"#, ["stream"]),
    ])
    func whatIsWrongWithTheWholeIsNamed(_ text: String, _ fields: [String]) throws {
        do {
            _ = try read(text)
            Issue.record("was taken")
        } catch {
            #expect((error as? APIFailure)?.status == .unprocessableContent)
            #expect((error as? APIFailure)?.details.map(\.field) == fields)
        }
    }

    @Test func aRecipientTwiceIsNoJSONThatIsTaken() {
        do {
            _ = try read(#"{"recipient_variables":{"a@b.c":{},"a@b.c":{}}}"#)
            Issue.record("was taken")
        } catch {
            #expect((error as? APIFailure)?.code == "invalid_json")
            #expect((error as? APIFailure)?.message.contains("the same name twice") == true)
        }
    }

    /// Too many are counted and not read: the service says how many there may be.
    @Test func moreThanAThousandAreNotRead() throws {
        let (request, _) = try read(
            #"{"messages":["# + Array(repeating: "{}", count: 1_001).joined(separator: ",") + "]}")
        #expect(request.count == 1_001)
    }

    @Test func theAnswerHasTheContractsShape() {
        let id = UUIDv7(high: 0x0194_24f8_1c00_7000, low: 0x8000_0000_0000_0001)
        let failure = ServiceFailure(details: [
            .init(.invalidToAddress, field: "messages[1].to[0]", value: "x@", message: "Not an address.")
        ])
        let shown = JSONWriter.bytes(
            of: BatchJSON.shown([
                BatchItem(to: ["a@example.org"], outcome: .success(.init(id: id, status: .queued))),
                BatchItem(to: ["x@"], outcome: .failure(failure)),
            ]))
        #expect(
            String(decoding: shown, as: UTF8.self)
                == #"{"total":2,"queued":1,"errors":1,"messages":["#
                + #"{"index":0,"status":"queued","id":"019424f8-1c00-7000-8000-000000000001","to":"a@example.org"},"#
                + #"{"index":1,"status":"failed","to":"x@","error":{"code":"invalid_to_address","#
                + #""message":"Not an address.","field":"messages[1].to[0]"}}]}"#)
    }
}
