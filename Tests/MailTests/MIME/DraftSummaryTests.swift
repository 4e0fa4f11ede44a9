import Mail
import Testing

/// What a draft says of itself is what a scan of its bytes finds.
@Suite struct DraftSummaryTests {
    static let cases: [(from: String, to: [String], subject: String, isTold: Bool)] = [
        ("shop@example.com", ["ann@example.net"], "Hello", true),
        ("Shop <shop@example.com>", ["Ann Other <ann@example.net>", "bob@example.org"], "Order 4711 (two)", true),
        ("The Shop & Co <shop@bücher.example>", ["a.b+c@example.net"], "a?=b = c", true),
        ("Shop <shop@example.com>", ["ann@example.net"], String(repeating: "word ", count: 100) + "end", true),
        ("s@example.com", (0..<30).map { "user\($0)@example.net" }, "many", true),
        ("s@example.com", (0..<90).map { "user\($0)@example.net" }, "very many", false),
        ("\"Shop, Inc.\" <shop@example.com>", ["ann@example.net"], "Hello", false),
        ("Käse <shop@example.com>", ["ann@example.net"], "Hello", false),
        ("shop@example.com", ["Ann =?utf-8?q?x?= <ann@example.net>"], "Hello", true),
        ("shop@example.com", ["\"a b\"@example.net"], "Hello", false),
        ("shop@example.com", ["grün@example.net"], "Hello", false),
        ("shop@example.com", ["ann@example.net"], "Grüße", false),
        ("shop@example.com", ["ann@example.net"], " blanks ", false),
        ("shop@example.com", ["ann@example.net"], "two  blanks", false),
        ("shop@example.com", ["ann@example.net"], "=?utf-8?q?a?=", false),
        ("shop@example.com", ["ann@example.net"], "", false),
        ("shop@example.com", [], "Hello", false),
        ("shop@example.com", ["ann@example.net"], String(repeating: "x", count: 901), false),
    ]

    @Test(arguments: cases.indices) func itAgreesWithAScan(_ place: Int) throws {
        let (from, to, subject, isTold) = Self.cases[place]
        let draft = MessageDraft(
            from: try NamedMailbox(parsing: from), to: try to.map { try NamedMailbox(parsing: $0) },
            cc: [try NamedMailbox(parsing: "boss@example.com")], subject: subject, text: "text", html: "<p>html</p>",
            headers: [("X-To", "nobody"), ("X-Subject", "none")], date: WallTime(milliseconds: 1_700_000_000_000),
            messageID: "<a@example.com>")
        let told = draft.summary
        #expect((told != nil) == isTold)
        guard let told else { return }
        var found = HeaderSummary.scan(try MIMEComposer.compose(draft, seed: 1))
        #expect(found.bodyOffset > 0)
        found.bodyOffset = 0
        #expect(told == found)
    }
}
