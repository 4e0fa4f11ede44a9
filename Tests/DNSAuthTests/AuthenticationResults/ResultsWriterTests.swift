import Foundation
import Mail
import Testing

@testable import DNSAuth

@Suite struct ResultsWriterTests {
    private func text(_ results: AuthenticationResults) -> String { String(decoding: results.field, as: UTF8.self) }

    private static let client = MessageClient(
        address: .v4(0xC000_0201), helo: "mx.sender.example", sender: Mailbox("alice@example.org"))

    static let all = MessageAuthentication(
        spf: [
            SPFOutcome(.pass, identity: .mailFrom, domain: "example.org", reason: "ip4:192.0.2.0/24 matched"),
            SPFOutcome(.none, identity: .helo, domain: "mx.sender.example", reason: "no record"),
        ],
        dkim: [
            DKIMOutcome(
                .pass, reason: "good", domain: Domain(canonical: "example.org"), identity: "@example.org",
                selector: "s2026", algorithm: "rsa-sha256", keyBits: 2048, signatureStart: "Ab/+cdEF"),
            DKIMOutcome(.permerror, reason: "no d= tag"),
        ],
        dmarc: DMARCOutcome(
            .pass, reason: "DKIM example.org aligned", author: Domain(canonical: "example.org"),
            recordDomain: Domain(canonical: "example.org"), policy: .reject, policyTag: .p, isDKIMAligned: true),
        arc: ARCOutcome(.pass, reason: "2 sets", sealers: ["a.example", "b.example"], oldestPass: 0))

    /// A reader may stop at 64 KiB, and DMARC stands behind the signatures.
    @Test func manySignaturesDoNotMakeTheFieldUnreadable() throws {
        var found = Self.all
        let long = String(repeating: "a", count: 190)
        let other = DKIMOutcome(
            .permerror, reason: "no key", domain: Domain(canonical: "example.net"), identity: "\(long)@example.net",
            selector: long, algorithm: long, signatureStart: "12345678")
        found.dkim = Array(repeating: other, count: 5_000) + [Self.all.dkim[0]]
        let field = AuthenticationResults(found, from: Self.client, authority: "mx.example.net").field
        let value = Array(field.drop { $0 != UInt8(ascii: ":") }.dropFirst().dropLast(2))
        let read = try AuthenticationResults(parsing: value.span)
        #expect(read.first("dmarc")?.result == "pass" && read.first("arc")?.result == "pass")
        // What vouches for somebody is not left out.
        #expect(read.findings.contains { $0.method == "dkim" && $0.result == "pass" })
        #expect(read.findings.count < 40)
    }

    @Test func everythingThatWasFound() {
        let results = AuthenticationResults(Self.all, from: Self.client, authority: "mx.example.net")
        #expect(
            text(results) == """
                Authentication-Results: mx.example.net;\r
                \tspf=pass smtp.mailfrom=alice@example.org;\r
                \tspf=none reason="no record" smtp.helo=mx.sender.example;\r
                \tdkim=pass (2048-bit key) header.d=example.org header.i=@example.org\r
                \theader.s=s2026 header.a=rsa-sha256 header.b="Ab/+cdEF";\r
                \tdkim=permerror reason="no d= tag";\r
                \tdmarc=pass (p=reject) header.from=example.org policy.dmarc=none;\r
                \tarc=pass smtp.remote-ip=192.0.2.1 header.oldest-pass=0\r
                \tarc.chain="b.example:a.example"\r

                """)
    }

    @Test func otherMethods() {
        let results = AuthenticationResults(
            authority: "mx.example.net",
            findings: [
                .reverse("pass", address: .v6(high: 0x2001_0DB8_0000_0000, low: 1), name: "a.example"),
                .submission("pass", identity: "alice@example.net"), .dkim(DKIMOutcome(.none, reason: "")),
                .arc(ARCOutcome(.none, reason: ""), from: nil),
            ])
        #expect(
            text(results) == """
                Authentication-Results: mx.example.net;\r
                \tiprev=pass (a.example) policy.iprev="2001:db8::1";\r
                \tauth=pass smtp.auth=alice@example.net;\r
                \tdkim=none;\r
                \tarc=none\r

                """)
        #expect(text(AuthenticationResults(authority: "mx")) == "Authentication-Results: mx; none\r\n")
    }

    @Test func theNullSenderIsPostmaster() {
        var client = Self.client
        client.sender = nil
        let finding = AuthenticationResults.Finding.spf(Self.all.spf[0], from: client)
        #expect(finding.value("smtp", "mailfrom") == "postmaster@mx.sender.example")
    }

    /// Whatever strangers put into names, reasons and addresses, the field stays one field and says what we say.
    @Test func nobodyWritesIntoIt() throws {
        var random = SeededGenerator(seed: 8_601)
        let pieces = [
            "\r\n", "; dkim=pass", "\"", "\\", "(", ")", ")(", "\0", "a", "é", "\u{85}", "\u{202E}", " ", "\t", "=",
            "@",
            "spf=pass", "\r\nDKIM-Signature: x", "\u{7F}", ";", "\u{FFFD}", "字",
        ]
        func word() -> String {
            (0..<Int.random(in: 0...12, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
        }
        for _ in 0..<2_000 {
            let findings = (0..<3).map { _ in
                AuthenticationResults.Finding(
                    "spf", "fail", reason: word(), comment: word(), properties: [.init("smtp", "helo", word())])
            }
            let field = AuthenticationResults(authority: "mx.example", findings: findings).field
            let header = HeaderSection(scanning: field.span)
            #expect(header.fields.count == 1 && !header.isMalformed)
            #expect(field.allSatisfy { $0 >= 0x20 || $0 == 13 || $0 == 10 || $0 == 9 })
            for line in String(decoding: field, as: UTF8.self).components(separatedBy: "\r\n") {
                #expect(line.utf8.count <= 998)
            }
            let read = try AuthenticationResults(parsing: field.span.extracting(23..<field.count))
            #expect(read.authority == "mx.example")
            #expect(read.findings.map(\.method) == ["spf", "spf", "spf"])
            #expect(read.findings.map(\.result) == ["fail", "fail", "fail"])
            #expect(read.findings.allSatisfy { $0.properties.count == 1 && $0.properties[0].name == "helo" })
        }
        // What is no keyword is not written at all.
        let bad = AuthenticationResults(
            authority: "a b\r\nX: y",
            findings: [
                .init("spf; dkim", "pass"), .init("spf", "pa ss"),
                .init("spf", "pass", properties: [.init("a b", "c", "d")]),
            ])
        #expect(text(bad) == "Authentication-Results: \"a b??X: y\";\r\n\tspf=pass\r\n")
    }

    /// What is written is read again as it was.
    @Test func roundTrip() throws {
        var random = SeededGenerator(seed: 5_451)
        let words = [
            "a.example", "x y", "q\"uote", "back\\slash", "par(en)s", "semi;colon", "=", "@d.example", "l@d.example",
            "",
        ]
        func word() -> String { words.randomElement(using: &random)! }
        for _ in 0..<500 {
            let findings = (0..<Int.random(in: 0...5, using: &random)).map { _ in
                AuthenticationResults.Finding(
                    ["spf", "dkim", "x-new"].randomElement(using: &random)!, "pass",
                    version: Int.random(in: 1...3, using: &random),
                    reason: Bool.random(using: &random) ? word() : nil,
                    comment: Bool.random(using: &random) ? word() : nil,
                    properties: (0..<Int.random(in: 0...4, using: &random)).map { _ in .init("header", "d", word()) })
            }
            let results = AuthenticationResults(
                authority: ["mx.example", "my host"].randomElement(using: &random)!, findings: findings)
            let field = results.field
            #expect(try AuthenticationResults(parsing: field.span.extracting(23..<field.count)) == results)
        }
    }
}
