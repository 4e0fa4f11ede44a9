import Mail
import Testing

@testable import DNSAuth

@Suite struct ResultsParserTests {
    private typealias Results = AuthenticationResults

    /// RFC 8601 Appendix B, and fields as large receivers write them.
    @Test func examplesOfTheRFC() throws {
        let none = try Results(parsing: Array(" example.org 1; none".utf8).span)
        #expect(none == Results(authority: "example.org"))

        let two = try Results(
            parsing: Array(
                " example.com;\r\n  auth=pass (cram-md5) smtp.auth=s@example.net;\r\n  spf=pass smtp.mailfrom=example.net"
                    .utf8
            ).span)
        #expect(two.authority == "example.com")
        #expect(
            two.findings == [
                .init("auth", "pass", comment: "cram-md5", properties: [.init("smtp", "auth", "s@example.net")]),
                .init("spf", "pass", properties: [.init("smtp", "mailfrom", "example.net")]),
            ])
        #expect(two.first("spf")?.value("smtp", "mailfrom") == "example.net")
        #expect(two.first("dkim") == nil)

        // Appendix B.7: comments wherever white space may stand.
        let text = """
             foo.example.net (foobar) 1 (baz);
            \tdkim (Because I like it) / 1 (One yay) = (wait for it) fail
            \t  policy (A dot can go here) . (like that) expired
            \t  (this surprised me) = (as I wasn't expecting it) 1362471462
            """.replacing("\n", with: "\r\n")
        let odd = try Results(parsing: Array(text.utf8).span)
        #expect(odd.authority == "foo.example.net")
        #expect(odd.findings == [.init("dkim", "fail", properties: [.init("policy", "expired", "1362471462")])])

        let reason = try Results(
            parsing: Array(
                #"example.com; dkim=fail reason="bad \"signature\"" header.i=@router.example.net header.b=oINEO8+/==;"#
                    .utf8
            ).span)
        #expect(
            reason.findings == [
                .init(
                    "dkim", "fail", reason: #"bad "signature""#,
                    properties: [.init("header", "i", "@router.example.net"), .init("header", "b", "oINEO8+/==")])
            ])
    }

    /// What stands in fields of Microsoft and others, against the grammar.
    @Test func whatIsMetInTheWild() throws {
        let results = try Results(
            parsing: Array(
                "mx.example; dmarc=pass action=none header.from=example.com;compauth=pass reason=100; ;x-y/2=weird".utf8
            ).span)
        #expect(
            results.findings == [
                .init(
                    "dmarc", "pass", properties: [.init("", "action", "none"), .init("header", "from", "example.com")]),
                .init("compauth", "pass", reason: "100"), .init("x-y", "weird", version: 2),
            ])
        let quoted = try Results(
            parsing: Array(#""mx example"; spf=pass smtp.mailfrom="a b"@example.org smtp.helo=<>"#.utf8).span)
        #expect(quoted.authority == "mx example")
        #expect(quoted.findings[0].value("smtp", "mailfrom") == #""a b"@example.org"#)
        #expect(quoted.findings[0].value("smtp", "helo") == "<>")
    }

    @Test(arguments: [
        ("", AuthenticationResultsFailure.noAuthority), ("  (only a comment", .noAuthority),
        ("; spf=pass", .noAuthority), ("spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=a.example", .noAuthority),
        ("mx.example 2; spf=pass", .unsupportedVersion), ("mx.example x; spf=pass", .noAuthority),
        ("mx.example; spf", .badFinding(at: 15)), ("mx.example; spf=", .badFinding(at: 16)),
        ("mx.example; none spf=pass", .badFinding(at: 17)), ("mx.example; spf=pass smtp.=x", .badFinding(at: 26)),
        ("mx.example; spf=pass smtp", .badFinding(at: 25)), ("mx.example; dkim/x=pass", .badFinding(at: 18)),
    ])
    func whatIsNotRead(text: String, failure: AuthenticationResultsFailure) {
        #expect(throws: failure) { try Results(parsing: Array(text.utf8).span) }
    }

    @Test func limits() {
        let many = "mx.example" + String(repeating: "; spf=pass", count: 257)
        #expect(throws: AuthenticationResultsFailure.tooLong) { try Results(parsing: Array(many.utf8).span) }
        let wide = "mx.example; spf=pass" + String(repeating: " a.b=c", count: 65)
        #expect(throws: AuthenticationResultsFailure.tooLong) { try Results(parsing: Array(wide.utf8).span) }
        let long = "mx.example; spf=pass (" + String(repeating: "(", count: 65_536)
        #expect(throws: AuthenticationResultsFailure.tooLong) { try Results(parsing: Array(long.utf8).span) }
        let deep = "mx.example; spf=pass " + String(repeating: "(", count: 65_000)
        #expect(throws: Never.self) { try Results(parsing: Array(deep.utf8).span) }
    }
}
