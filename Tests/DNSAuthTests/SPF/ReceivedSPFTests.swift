import Mail
import Testing

@testable import DNSAuth

/// RFC 7208 §9.1.
@Suite struct ReceivedSPFTests {
    private let client = MessageClient(
        address: .v6(high: 0x2001_0db8_0000_0000, low: 1), helo: "foo.example", sender: Mailbox("my name@a.example"))

    @Test func theFieldAsItIsWritten() throws {
        let client = MessageClient(
            address: .v4(0xC000_0201), helo: "foo.example", sender: Mailbox("myname@example.com"))
        let outcome = SPFOutcome(
            .pass, identity: .mailFrom, domain: "example.com", reason: "", mechanism: "ip4:192.0.2.0/24")
        let field = ReceivedSPF(outcome, client: client, receiver: "mybox.example.org").field
        #expect(
            String(decoding: field, as: UTF8.self) == """
                Received-SPF: pass\r
                \t(mybox.example.org: domain of example.com designates 192.0.2.1 as permitted sender)\r
                \treceiver=mybox.example.org; client-ip=192.0.2.1;\r
                \tenvelope-from="myname@example.com"; helo=foo.example; identity=mailfrom;\r
                \tmechanism="ip4:192.0.2.0/24"\r

                """)
    }

    /// Nothing a stranger says makes a second field, or ends a string early.
    @Test func valuesAreQuoted() throws {
        var odd = client
        odd.helo = "a\"b\\c;(d)\r\nBcc: x"
        for result in SPFResult.allCases {
            let outcome = SPFOutcome(
                result, identity: .helo, domain: "x)(\r\ny.example", reason: "bad \"term\" \\ here", mechanism: nil)
            let written = ReceivedSPF(outcome, client: odd, receiver: "rx.example")
            let text = String(decoding: written.field, as: UTF8.self)
            let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
            #expect(lines.last == "" && lines.dropFirst().dropLast().allSatisfy { $0.first == "\t" })
            let read = try #require(ReceivedSPF(parsing: String(text.dropFirst(13))))
            #expect(read.result == result && read["helo"] == "a\"b\\c;(d)??Bcc: x" && read["identity"] == "helo")
            #expect(read["client-ip"] == "2001:db8::1")
            #expect((read["problem"] == "bad \"term\" \\ here") == (result == .temperror || result == .permerror))
        }
    }

    @Test(arguments: [
        (
            "Pass (test) client-ip=70.98.79.77;\n envelope-from=\"evelyn@x.com\"; helo=mail.x.com;identity=mailfrom",
            SPFResult.pass, "test", ["client-ip", "envelope-from", "helo", "identity"]
        ),
        (
            "softfail (a (nested \\) one) b) KEY = value ;; other=\"a\\\"b\" (comment) last=", .softfail,
            "a (nested ) one) b", ["key", "other", "last"]
        ),
        ("none", .none, "", []), ("neutral ; x", .neutral, "", []),
        ("temperror (never closed", .temperror, "never closed", []),
    ])
    func whatOthersWrite(text: String, result: SPFResult, comment: String, keys: [String]) throws {
        let read = try #require(ReceivedSPF(parsing: text))
        #expect(read.result == result && read.comment == comment && read.pairs.map(\.key) == keys)
    }

    @Test(arguments: ["", "   ", "passed", "(comment) pass", "550 no", "\u{0}pass"])
    func whatIsNone(text: String) { #expect(ReceivedSPF(parsing: text) == nil) }

    @Test func aHugeFieldIsNotRead() {
        #expect(ReceivedSPF(parsing: "pass " + String(repeating: "a=b;", count: 5_000)) == nil)
        let many = ReceivedSPF(parsing: "pass " + String(repeating: "a=b;", count: 500))
        #expect(many?.pairs.count == 64)
    }
}
