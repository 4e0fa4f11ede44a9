import Mail
import Testing

@testable import Service

@Suite struct BatchTests {
    static func merge(
        _ recipients: [(String, [TemplateValue.Member])], _ change: (inout SendRequest) -> Void = { _ in }
    ) -> BatchRequest {
        var request = House.request {
            $0.to = []
            $0.subject = "Order {{order}}"
            $0.text = "Dear {{name|default:\"Customer\"}}"
            $0.html = "<p>Dear {{name}}</p>"
        }
        change(&request)
        return BatchRequest(
            .merge(
                request, recipients: recipients.map { MergeRecipient(address: $0.0, variables: .object($0.1)) }))
    }

    static func messages(_ sends: [SendRequest]) -> BatchRequest { BatchRequest(.messages(sends.map { .success($0) })) }

    static func text(_ submission: Submission) -> String {
        String(decoding: submission.content.added + submission.content.original, as: UTF8.self)
    }

    /// `queued`, or the code and the field of the first thing that is wrong.
    static func words(_ items: [BatchItem]) -> [String] {
        items.map { item in
            switch item.outcome {
            case .success(let accepted): accepted.status.rawValue
            case .failure(let failure): "\(failure.code.rawValue) \(failure.details.first?.field ?? "")"
            }
        }
    }

    @Test func `A merge makes a message for each recipient, with that one's variables, in order`() async throws {
        let house = try await House()
        let names = ["zoe@example.org", "Ann <ann@example.org>", "bob@example.net"]
        let items = try await house.messages().send(
            Self.merge([
                (names[0], [.init("name", .text("Zoe & Co")), .init("order", .number("1"))]),
                (names[1], [.init("name", .text("Ann")), .init("order", .number("2"))]),
                (names[2], [.init("order", .text("3\r\nBcc: x@y.org"))]),
            ]) {
                $0.cc = ["boss@example.com"]
                $0.tags = ["order"]
                $0.clientAddress = "192.0.2.7"
            }, by: house.caller)
        #expect(Self.words(items) == ["queued", "queued", "queued"])
        #expect(items.map(\.to) == [["zoe@example.org"], ["ann@example.org"], ["bob@example.net"]])
        let sent = house.queue.submissions
        #expect(house.queue.groups == [3])
        #expect(sent.map { $0.id } == items.compactMap { try? $0.outcome.get().id })
        #expect(sent.map { $0.id?.description ?? "" } == sent.map { $0.id?.description ?? "" }.sorted())
        #expect(sent.allSatisfy { $0.tags == ["order"] && $0.origin == .api(clientAddress: "192.0.2.7") })
        #expect(
            sent[1].envelope.recipients.map(\.mailbox.description) == ["ann@example.org", "boss@example.com"])
        let texts = sent.map(Self.text)
        #expect(texts[0].contains("Subject: Order 1\r\n") && texts[0].contains("Dear Zoe & Co\r\n"))
        #expect(texts[0].contains("<p>Dear Zoe &amp; Co</p>"))
        #expect(texts[1].contains("To: Ann <ann@example.org>\r\n") && texts[1].contains("<p>Dear Ann</p>"))
        #expect(texts[2].contains("Subject: Order 3  Bcc: x@y.org\r\n") && texts[2].contains("Dear Customer\r\n"))
        // Nobody sees anybody else.
        #expect(!texts[0].contains("ann@") && !texts[2].contains("Zoe"))
        #expect(Set(sent.map { $0.id }).count == 3)
    }

    @Test func `Template data is for all, a recipient's own variables come first`() async throws {
        let house = try await House()
        _ = try await house.messages().send(
            Self.merge([("a@example.org", [.init("name", .text("Ann"))]), ("b@example.org", [])]) {
                $0.templateData = .object([.init("name", .text("all")), .init("order", .number("7"))])
            }, by: house.caller)
        let texts = house.queue.submissions.map(Self.text)
        #expect(texts[0].contains("Subject: Order 7\r\n") && texts[0].contains("Dear Ann\r\n"))
        #expect(texts[1].contains("Subject: Order 7\r\n") && texts[1].contains("Dear all\r\n"))
    }

    @Test func `Each message of a list is judged for itself`() async throws {
        let house = try await House()
        let unreadable = ServiceFailure(details: [
            .init(.invalidParameter, field: "messages[3].to", message: "must be a string")
        ])
        var batch = Self.messages([
            House.request(), House.request { $0.to = ["a@example.org", "x@"] },
            House.request { $0.from = "a@foreign.example" }, House.request(),
            House.request { $0.scheduledAt = "2027-01-01T00:00:00Z" },
        ])
        guard case .messages(var sends) = batch.form else { return }
        sends[3] = .failure(unreadable)
        batch.form = .messages(sends)
        let items = try await house.messages().send(batch, by: house.caller)
        #expect(
            Self.words(items) == [
                "queued", "invalid_to_address messages[1].to[1]", "domain_not_verified messages[2].from",
                "invalid_parameter messages[3].to", "scheduled",
            ])
        #expect(items.map(\.to)[1] == ["a@example.org", "x@"])
        #expect(house.queue.submissions.count == 2)
        #expect(items.allSatisfy { !$0.isOpen })
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var batch: BatchRequest
        var code: ServiceFailure.Code
        var fields: [String]
    }

    static let refused: [Case] = [
        Case(
            testDescription: "no messages", batch: messages([]), code: .invalidParameter, fields: ["messages"]),
        Case(
            testDescription: "no recipients", batch: merge([]), code: .invalidParameter,
            fields: ["recipient_variables"]),
        Case(
            testDescription: "1,001", batch: merge((0...1_000).map { ("u\($0)@example.org", []) }),
            code: .invalidParameter, fields: ["recipient_variables"]),
        Case(
            testDescription: "every one is wrong",
            batch: messages([House.request { $0.to = [] }, House.request { $0.subject = nil }]),
            code: .invalidToAddress, fields: ["messages[0].to", "messages[1].subject"]),
        Case(
            testDescription: "what all share is wrong",
            batch: merge([("a@example.org", []), ("b@example.org", [])]) {
                $0.from = "nobody"
                $0.headers = [("Received", "x")]
            }, code: .invalidFromAddress, fields: ["from", "headers.Received"]),
        Case(
            testDescription: "a foreign sender of all",
            batch: merge([("a@example.org", []), ("b@example.org", [])]) { $0.from = "a@foreign.example" },
            code: .domainNotVerified, fields: ["from", "from"]),
        Case(
            testDescription: "no body",
            batch: merge([("a@example.org", [])]) {
                $0.text = nil
                $0.html = ""
            }, code: .missingBody, fields: ["html"]),
        Case(
            testDescription: "no good address", batch: merge([("a@", []), (" ", [])]), code: .invalidToAddress,
            fields: ["recipient_variables.a@", "recipient_variables. "]),
        Case(
            testDescription: "a subject that variables leave empty",
            batch: merge([("a@example.org", [])]) { $0.subject = "{{order}}" }, code: .missingSubject,
            fields: ["subject"]),
    ]

    @Test(arguments: refused) func `A batch of which nothing is accepted is an error`(_ item: Case) async throws {
        let house = try await House()
        let found = await failure { _ = try await house.messages().send(item.batch, by: house.caller) }
        #expect(found?.code == item.code)
        #expect(found?.details.map(\.field) == item.fields)
        #expect(house.queue.submissions.isEmpty && house.queue.groups.isEmpty)
    }

    @Test func `One bad address among good ones fails alone`() async throws {
        let house = try await House()
        let items = try await house.messages().send(
            Self.merge([("a@example.org", []), ("nobody", []), ("b@example.org", [])]), by: house.caller)
        #expect(Self.words(items) == ["queued", "invalid_to_address recipient_variables.nobody", "queued"])
    }

    @Test func `What the queue refuses is open, and alone it is an error that says so`() async throws {
        let house = try await House()
        house.queue.refuse("b@example.org", with: .storageUnavailable)
        let batch = Self.merge([("x@", []), ("b@example.org", []), ("a@example.org", [])])
        let items = try await house.messages().send(batch, by: house.caller)
        #expect(items.map(\.isOpen) == [false, true, false])
        #expect(Self.words(items)[1] == "storage_unavailable recipient_variables.b@example.org")
        house.queue.refuse(with: .diskLow)
        let found = await failure { _ = try await house.messages().send(batch, by: house.caller) }
        #expect(found?.kind == .unavailable && found?.retryAfter != nil)
        house.queue.refuse(with: .tooLarge(limit: 10))
        let large = await failure { _ = try await house.messages().send(batch, by: house.caller) }
        #expect(large?.code == .invalidToAddress && large?.details.count == 3)
    }

    @Test func `A repetition finds what the first run left and sends the rest under the same names`() async throws {
        let house = try await House()
        let recipients: [(String, [TemplateValue.Member])] = (0..<5).map { ("u\($0)@example.org", []) }
        var batch = Self.merge(recipients)
        let id = UUIDv7(at: house.time.wall, random: (7, .max))
        batch.identity = SendIdentity(id: id, mayExist: false)
        house.queue.refuse("u3@example.org", with: .storageUnavailable)
        let first = try await house.messages().send(batch, by: house.caller)
        house.queue.refuse("u3@example.org", with: nil)
        batch.identity = SendIdentity(id: id, mayExist: true)
        let second = try await house.messages().send(batch, by: house.caller)
        #expect(Self.words(second) == Array(repeating: "queued", count: 5))
        #expect(house.queue.submissions.count == 5)
        #expect(Set(house.queue.submissions.map { $0.id }).count == 5)
        for place in [0, 1, 2, 4] {
            #expect(try first[place].outcome.get() == second[place].outcome.get())
            #expect(first[place].to == second[place].to)
        }
    }

    @Test func `Memory is bounded: large messages are written in several groups`() async throws {
        let house = try await House()
        let items = try await house.messages().send(
            Self.merge((0..<7).map { ("u\($0)@example.org", []) }) {
                $0.attachments = [SendAttachment(filename: "a.bin", content: [UInt8](repeating: 7, count: 8 << 20))]
            }, by: house.caller)
        #expect(items.count == 7 && house.queue.groups == [3, 3, 1])
        let found = await failure {
            _ = try await house.messages { $0.maxBatchSize = 1_000 }.send(
                Self.merge((0..<1_000).map { ("u\($0)@example.org", []) }), by: house.caller)
        }
        #expect(found?.kind == .tooLarge)
    }

    @Test func `What variables make of a batch is bounded, and tags are`() async throws {
        let house = try await House()
        let items = try await house.messages { $0.maxBatchSize = 1_000 }.send(
            Self.merge([("a@example.org", []), ("b@example.org", []), ("c@example.org", [])]) {
                $0.html = nil
                $0.text = "{{long}}"
                $0.templateData = .object([.init("long", .text(String(repeating: "x", count: 600)))])
            }, by: house.caller)
        #expect(Self.words(items) == ["queued", "queued", "payload_too_large recipient_variables.c@example.org"])
        let found = await failure {
            _ = try await house.messages().send(
                Self.merge([("a@example.org", [])]) {
                    $0.text = String(repeating: "{{a}}", count: TemplateText.maximumTags + 1)
                }, by: house.caller)
        }
        #expect(found?.code == .invalidTemplate && found?.details.map(\.field).first == "text")
    }

    @Test func `It needs the scope to send, and asks once whose domain it is`() async throws {
        let house = try await House()
        var caller = house.caller
        caller.scopes = [.messagesRead]
        let found = await failure {
            _ = try await house.messages().send(Self.merge([("a@example.org", [])]), by: caller)
        }
        #expect(found?.code == .missingScope)
        let before = house.stores.questions
        caller = house.caller
        caller.isTest = true
        _ = try await house.messages().send(
            Self.merge((0..<1_000).map { ("u\($0)@example.org", []) }), by: caller)
        #expect(house.stores.questions == before + 1)
        #expect(house.queue.groups == [1_000] && house.queue.submissions.allSatisfy(\.isTest))
    }
}
