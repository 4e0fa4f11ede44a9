import Mail
import Testing

@testable import DNSAuth

/// What the published vectors leave open.
@Suite struct MTASTSParserTests {
    @Test(arguments: [
        "v=STSv1;id=a;", "v=STSv1 ;id=a", "v=STSv1\t;\tid=a\t;\t", "v=STSv1; x=1; id=a", "v=STSv1; id=a; id=b",
        "v=STSv1; id=a; x-y.z_0=!:<~",
    ])
    func isRecord(_ text: String) throws { #expect(try MTASTSRecord(parsing: text).id == "a") }

    @Test(arguments: [
        "", "v=STSv1 id=a", "V=STSv1; id=a", "v=stsv1; id=a", " v=STSv1; id=a", "v=STSv1; ID=a", "v=STSv1; id =a",
        "v=STSv1; id= a", "v=STSv1; id=a b", "v=STSv1; -x=1; id=a", "v=STSv1; id=\u{e9}", "v=STSv1; id=a; x=\u{e9}",
        "v=STSv1; id=a\u{0}", "v=STSv1; id=a\n", "v=STSv1; id=a,b", "v=STSv1;;id=a", "v=STSv1; id=a; x",
    ])
    func isNoRecord(_ text: String) { #expect(throws: PolicyRecordFailure.self) { try MTASTSRecord(parsing: text) } }

    @Test func recordsAreBounded() {
        let long = "v=STSv1; id=a; x=" + String(repeating: "y", count: PolicyRecordFields.byteLimit)
        #expect(throws: PolicyRecordFailure.tooLong) { try MTASTSRecord(parsing: long) }
        let many = "v=STSv1; id=a" + String(repeating: ";x=1", count: PolicyRecordFields.fieldLimit)
        #expect(throws: PolicyRecordFailure.tooLong) { try MTASTSRecord(parsing: many) }
    }

    @Test func theFirstOfRepeatedFieldsCounts() throws {
        let text = "version: STSv1\nmode: testing\nmode: enforce\nmx: a.example\nmax_age: 5\nmax_age: x\nversion: 2\n"
        let policy = try parse(text)
        #expect(policy.mode == .testing && policy.maxAge == 5)
        #expect(policy.lines.count == 7 && policy.lines[1] == "mode: testing" && policy.id == "id")
    }

    @Test func anAgeBeyondTheLongestIsTheLongest() throws {
        #expect(try parse("version: STSv1\nmode: none\nmax_age: 31557600").maxAge == 31_557_600)
        #expect(try parse("version: STSv1\nmode: none\nmax_age: 31557601").maxAge == 31_557_600)
        #expect(try parse("version: STSv1\nmode: none\nmax_age: 9999999999").maxAge == 31_557_600)
    }

    @Test func lineEndsMayDifferAndEmptyLinesDoNotCount() throws {
        let policy = try parse(
            "\r\nmax_age: 1\r\nmx: A.Example\n\nmx: *.B.example\r\n\nmode: enforce\nversion: STSv1\n\n")
        #expect(policy.mx == ["a.example", "*.b.example"] && policy.lines.count == 5)
    }

    @Test(arguments: [
        "mode : enforce", " mode: enforce", "Mode: enforce", "mode: Enforce", "mode: enforce\r\r", "mx: *", "mx: *.",
        "mx: .example", "mx: a..example", "mx: -a.example", "mx: a-.example", "mx: a.example.", "mx: a_b.example",
        "mx: [192.0.2.1]", "mx: *a.example", "mx: a.*.example", "x", "x: \u{1}", "max_age: -1", "max_age: +1",
        "max_age: 1.0", "max_age: 1 2", "max_age:", "\u{0}", "mx: \(String(repeating: "a", count: 64)).example",
    ])
    func makesNoPolicy(_ line: String) {
        let rest = ["version: STSv1", "mode: enforce", "mx: a.example", "max_age: 1"]
            .filter { !$0.hasPrefix(line.prefix { $0 != ":" && $0 != " " }.lowercased() + ":") || line.hasPrefix("mx") }
        let text = ([line] + rest).joined(separator: "\n")
        #expect(throws: MTASTSPolicyFailure.self) { try parse(text) }
    }

    @Test func bytesThatAreNoTextMakeNoPolicy() {
        let bytes = Array("version: STSv1\nmode: none\nmax_age: 1\nx: ".utf8) + [0xC3, 0x28]
        #expect(throws: MTASTSPolicyFailure.badValue(field: "x")) { try MTASTSPolicyParser.parse(bytes, id: "") }
    }

    @Test func aPolicyIsAtMost64KiB() throws {
        let base = "version: STSv1\nmode: none\nmax_age: 1\nx: "
        let fill = String(repeating: "y", count: MTASTSPolicyParser.byteLimit - base.utf8.count)
        #expect(try parse(base + fill).mode == .none)
        #expect(throws: MTASTSPolicyFailure.tooLong) { try parse(base + fill + "y") }
    }

    @Test(arguments: [
        ("mx.example", "mx.example", true), ("MX.Example.", "mx.example", true), ("mx.example", "*.example", true),
        ("a.mx.example", "*.example", false), ("example", "*.example", false), (".example", "*.example", false),
        ("", "mx.example", false), ("", "", false), ("mx.examples", "*.example", false),
        ("*.example", "*.example", true),
        ("mx.example", "*", false), ("mx-example", "mx.example", false), ("xmx.example", "mx.example", false),
    ])
    func matching(host: String, pattern: String, matches: Bool) {
        #expect(MTASTSPolicy.matches(host: host, pattern: pattern) == matches)
    }

    @Test func anAnswerIsJudgedByStatusTypeAndText() {
        let body = Array(MTASTSVectorTests.sample.utf8)
        func judge(_ status: Int, _ type: String, _ body: [UInt8]) -> MTASTSFetch {
            MTASTSCheck.judge(HTTPFetched(status: status, contentType: type, body: body), id: "a")
        }
        guard case .policy(let policy) = judge(200, "text/plain", body) else {
            Issue.record("the RFC's own example is refused")
            return
        }
        #expect(policy.id == "a" && policy.lines.count == 6)
        #expect(policy.names(host: "MX.example.net") && !policy.names(host: "example.net"))
        for status in [0, 201, 204, 206, 301, 302, 307, 404, 500] {
            #expect(judge(status, "text/plain", body) == .failure(.fetch(reason: "HTTP status \(status)")))
        }
        #expect(judge(200, "text/html", body) == .failure(.fetch(reason: "content type text/html")))
        #expect(judge(200, "", body) == .failure(.fetch(reason: "no content type")))
        #expect(judge(200, "text/plain", []) == .failure(.invalid(reason: "no version")))
    }

    @Test func anyBytesAreReadWithoutHarm() {
        var random = SeededGenerator(seed: 8_461)
        let alphabet = Array("v=STSv1;id mx:*.axample-_\r\n\t version:mode:enforce max_age:0123456789\u{0}\u{ff}".utf8)
        var policies = 0
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0..<80, using: &random)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            }
            let head = Bool.random(using: &random) ? "version: STSv1\nmode: none\nmax_age: 1\n" : ""
            if (try? MTASTSPolicyParser.parse(Array(head.utf8) + bytes, id: "")) != nil { policies += 1 }
            _ = try? MTASTSRecord(parsing: (Array("v=STSv1;".utf8) + bytes).span)
            _ = try? TLSRPTRecord(parsing: (Array("v=TLSRPTv1;rua=mailto:".utf8) + bytes).span)
            _ = try? MTASTSPolicyFile.decode((Array("martlet-mta-sts 1\n".utf8) + bytes).span)
        }
        #expect(policies > 0)
    }

    private func parse(_ text: String) throws(MTASTSPolicyFailure) -> MTASTSPolicy {
        try MTASTSPolicyParser.parse(Array(text.utf8), id: "id")
    }
}
