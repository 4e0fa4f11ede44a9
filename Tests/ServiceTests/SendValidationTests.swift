import Mail
import Testing

@testable import Service

@Suite struct SendValidationTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var change: @Sendable (inout SendRequest) -> Void
        /// `code field` of each error, in order.
        var expected: [String]

        init(_ name: String, _ expected: [String], _ change: @escaping @Sendable (inout SendRequest) -> Void) {
            testDescription = name
            self.expected = expected
            self.change = change
        }
    }

    static let cases: [Case] = [
        Case("no from", ["invalid_from_address from"]) { $0.from = nil },
        Case("a bad from", ["invalid_from_address from"]) { $0.from = "shop@" },
        Case("two senders", ["invalid_from_address from"]) { $0.from = "a@example.com, b@example.com" },
        Case("a from with a line end", ["invalid_from_address from"]) { $0.from = "a@example.com\r\nBcc: x@y.org" },
        Case("a foreign from", ["domain_not_verified from"]) { $0.from = "a@foreign.example" },
        Case("no recipient", ["invalid_to_address to"]) { $0.to = [] },
        Case("bad recipients", ["invalid_to_address to[1]", "invalid_to_address cc[0]", "invalid_to_address bcc[1]"]) {
            $0.to = ["a@example.org", "x@"]
            $0.cc = ["nobody"]
            $0.bcc = ["b@example.org", "@"]
        },
        Case("too many recipients", ["invalid_to_address to"]) {
            $0.to = (0..<1_001).map { "u\($0)@example.org" }
        },
        Case("a bad reply_to", ["invalid_parameter reply_to[0]"]) { $0.replyTo = ["<>"] },
        Case("no subject", ["missing_subject subject"]) { $0.subject = nil },
        Case("a subject with a line end", ["invalid_parameter subject"]) { $0.subject = "a\r\nBcc: x@y.org" },
        Case("no body", ["missing_body html"]) { $0.text = nil },
        Case("an empty body", ["missing_body html"]) {
            $0.text = ""
            $0.html = ""
        },
        Case("NUL in the text", ["invalid_parameter text"]) { $0.text = "a\u{0}b" },
        Case("a template", ["invalid_template template_id"]) {
            $0.templateID = "tmpl_1"
            $0.subject = nil
            $0.text = nil
        },
        Case("a bad header name", ["invalid_header headers.X Y"]) { $0.headers = [("X Y", "1")] },
        Case("a header with a line end", ["invalid_header headers.X-A"]) {
            $0.headers = [("X-A", "1\r\nBcc: x@y.org")]
        },
        Case("a field of the engine", ["invalid_header headers.Received", "invalid_header headers.content-type"]) {
            $0.headers = [("Received", "from x"), ("X-Fine", "1"), ("content-type", "text/html")]
        },
        Case("eleven attachments", ["too_many_attachments attachments"]) {
            $0.attachments = (0..<11).map { SendAttachment(filename: "\($0).txt", content: [1]) }
        },
        Case("a large attachment", ["attachment_too_large attachments[0].content"]) {
            $0.attachments = [SendAttachment(filename: "a.bin", content: [UInt8](repeating: 0, count: 10 << 20 | 1))]
        },
        Case(
            "a bad attachment",
            [
                "invalid_attachment attachments[0].filename", "invalid_attachment attachments[0].content",
                "invalid_attachment attachments[0].content_type", "invalid_attachment attachments[0].content_id",
            ]
        ) {
            $0.attachments = [SendAttachment(filename: "", content: nil, contentType: "text", contentID: "a b")]
        },
        Case("a bad tag", ["invalid_parameter tags[1]"]) { $0.tags = ["fine", ""] },
        Case("bad metadata", ["invalid_parameter metadata.k"]) {
            $0.metadata = [("k", String(repeating: "x", count: 2_001))]
        },
        Case("a time that is none", ["invalid_parameter scheduled_at"]) { $0.scheduledAt = "tomorrow" },
        Case("a time too far", ["invalid_parameter scheduled_at"]) { $0.scheduledAt = "2036-01-15T00:00:00Z" },
        Case(
            "everything at once",
            [
                "invalid_from_address from", "invalid_to_address to[0]", "missing_subject subject", "missing_body html",
            ]
        ) {
            $0 = SendRequest()
            $0.to = ["x@"]
        },
    ]

    @Test(arguments: cases)
    func `Every error is told with its code and its place`(_ row: Case) async throws {
        let house = try await House()
        let found = await failure {
            _ = try await house.messages().send(House.request(row.change), by: house.caller)
        }
        #expect(found?.details.map { "\($0.code.rawValue) \($0.field)" } == row.expected)
        #expect(found?.code == found?.details.first?.code)
        #expect(found?.kind == .invalid)
        #expect(house.queue.submissions.isEmpty)
    }

    @Test func `An error repeats no control character and no long value`() async throws {
        let house = try await House()
        let found = await failure {
            _ = try await house.messages().send(
                House.request { $0.to = ["x\u{1B}[31m@" + String(repeating: "y", count: 5_000)] }, by: house.caller)
        }
        let value = try #require(found?.details.first?.value)
        #expect(value.count == 256)
        #expect(value.hasPrefix("x\u{FFFD}[31m@"))
    }

    @Test(arguments: [
        ("shop@example.com", false, true), ("shop@mail.example.com", false, true),
        ("shop@pending.example", false, true), ("shop@pending.example", true, false),
        ("shop@example.com", true, true), ("shop@notexample.com", false, false), ("shop@com", false, false),
    ])
    func `A sender's domain must be the tenant's`(_ from: String, _ mustBeVerified: Bool, _ isTaken: Bool) async throws
    {
        let house = try await House()
        let service = house.messages { $0.requiresVerifiedDomain = mustBeVerified }
        let found = await failure { _ = try await service.send(House.request { $0.from = from }, by: house.caller) }
        #expect((found == nil) == isTaken)
        if !isTaken { #expect(found?.code == .domainNotVerified) }
    }

    @Test func `A key bound to a domain sends from no other`() async throws {
        let house = try await House()
        var caller = house.caller
        caller.domain = Domain("pending.example")
        let found = await failure { [caller] in
            _ = try await house.messages().send(House.request(), by: caller)
        }
        #expect(found?.code == .domainNotVerified)
    }

    @Test func `A key without the scope sends nothing`() async throws {
        let house = try await House()
        var caller = house.caller
        caller.scopes = [.messagesRead]
        let found = await failure { [caller] in
            _ = try await house.messages().send(House.request(), by: caller)
        }
        #expect(found?.code == .missingScope)
        #expect(found?.message.contains("messages:send") == true)
        #expect(found?.kind == .forbidden)
    }
}
