import Mail
import Testing

@testable import DNSAuth

@Suite struct DMARCParserTests {
    @Test(arguments: [
        "", " ", ";", "v", "v=", "v=DMARC1x", "v=dmarc1", "v=DMARC1 p=none", "p=none; v=DMARC1", "v=DMARC2; p=none",
        "xv=DMARC1; p=none", "v=spf1 -all", "v==DMARC1", "\u{0}v=DMARC1", "v=DMARC1\u{0}; p=none", "=DMARC1",
    ])
    func whatIsNoRecord(_ text: String) {
        #expect(DMARCParser.parse(text) == nil)
    }

    @Test(
        arguments: [
            ("v=DMARC1; p=none", []),
            ("v=DMARC1;p=none;", []),
            ("v=DMARC1 ;\tp = none ; ", []),
            ("v=DMARC1; sp=none; p=none", []),
            ("v=DMARC1; rua=mailto:a@b.example", [.missingPolicy]),
            ("v=DMARC1; p=none; p=reject", [.duplicate(tag: "p")]),
            ("v=DMARC1; p=none; v=DMARC1", [.duplicate(tag: "v")]),
            ("v=DMARC1; p=none;; sp=reject", [.emptyTag]),
            ("v=DMARC1; p=none; bogus; x1=y", [.malformed("bogus"), .malformed("x1=y")]),
            ("v=DMARC1; p=none; new=value", [.unknown(tag: "new")]),
            (
                "v=DMARC1; p=none; pct=50; ri=1; rf=afrf",
                [.obsolete(tag: "pct"), .obsolete(tag: "ri"), .obsolete(tag: "rf")]
            ),
            ("v=DMARC1; p=none; adkim=x", [.badValue(tag: "adkim", value: "x")]),
            ("v=DMARC1; p=none; fo=0:1", [.badValue(tag: "fo", value: "0:1")]),
            ("v=DMARC1; p=none; fo=d:d", [.badValue(tag: "fo", value: "d:d")]),
            (
                "v=DMARC1; p=none; psd=x; t=maybe",
                [.badValue(tag: "psd", value: "x"), .badValue(tag: "t", value: "maybe")]
            ),
            ("v=DMARC1; p=none; sp=\u{1B}[31m", [.badValue(tag: "sp", value: "?[31m")]),
            (
                "v=DMARC1; p=none; rua=bogus,mailto:a@b.example!10m",
                [.badURI(tag: "rua", text: "bogus"), .obsoleteSize(uri: "mailto:a@b.example")]
            ),
        ] as [(String, [DMARCRecordFault])])
    func faults(_ text: String, _ faults: [DMARCRecordFault]) {
        #expect(DMARCParser.parse(text)?.faults == faults)
    }

    @Test func aFaultCostsOnlyItsTag() throws {
        let record = try #require(
            DMARCParser.parse("v=DMARC1; nonsense; adkim=q; aspf=s; p=reject; t=y; psd=n; rua=bogus; fo=1:d"))
        #expect(record.policy == .reject && record.spfAlignment == .strict && record.dkimAlignment == .relaxed)
        #expect(record.isTesting && record.publicSuffix == .no && record.failureOptions == [.anyFails, .dkim])
    }

    /// RFC 9989 §4.10.1.
    @Test func policyByWayOfReports() throws {
        for text in ["sp=reject", "p=wrong; sp=reject", "p=reject; sp=wrong", "p=reject; np=wrong", "p=", "p=\u{7F}"] {
            let silent = try #require(DMARCParser.parse("v=DMARC1; \(text)"))
            #expect(silent.policy == nil, "\(text)")
            let reported = try #require(DMARCParser.parse("v=DMARC1; \(text); rua=mailto:a@b.example"))
            #expect(reported.policy == DMARCPolicy.none && reported.subdomainPolicy == nil, "\(text)")
            let broken = try #require(DMARCParser.parse("v=DMARC1; \(text); rua=mailto:nobody"))
            #expect(broken.policy == nil, "\(text)")
        }
        // RFC 7489 knows no np.
        let old = try #require(DMARCParser.parse("v=DMARC1; p=reject; np=wrong", grammar: .rfc7489))
        #expect(old.policy == .reject && old.faults == [.unknown(tag: "np")])
    }

    @Test(
        arguments: [
            ("mailto:a@b.example", "a@b.example", nil), ("MAILTO:a@B.example?subject=x", "a@b.example", nil),
            ("mailto:a%2Bb@c.example!10m", "a+b@c.example", 10 << 20), ("mailto:a%21@c.example!7", "a!@c.example", 7),
            ("mailto:a@b.example ! 2 G", "a@b.example", 2 << 30), ("https://b.example/report", nil, nil),
        ] as [(String, String?, Int?)])
    func addresses(_ text: String, _ mailbox: String?, _ limit: Int?) throws {
        let uri = try #require(DMARCReportURI(Array(text.utf8)[...]))
        #expect(uri.mailbox?.description == mailbox && uri.sizeLimit == limit)
    }

    @Test(arguments: [
        "", ":", "mailto", "mailto:", "mailto:a", "mailto:a@b.example!", "mailto:a@b.example!m",
        "mailto:a@b.example!1p",
        "mailto:a@b.example!1mm", "mailto:a@b.example!9223372036854775807k", "mailto:a@b.example!99999999999999999999",
        "mailto:a@b.example%2Cc@d.example", "mailto:a%2", "1x:y", "ma ilto:a@b.example", "mailto:a@b.example\u{0}",
        "mailto:<a@b.example>", "mailto:a%0A@b.example",
    ])
    func whatIsNoAddress(_ text: String) {
        #expect(DMARCReportURI(Array(text.utf8)[...]) == nil)
    }

    @Test func limits() throws {
        let tags = (0..<500).map { "x\(String(repeating: "a", count: $0 % 50))=\($0)" }.joined(separator: ";")
        let record = try #require(DMARCParser.parse("v=DMARC1; p=reject; \(tags)"))
        #expect(record.policy == .reject && record.faults.contains(.tooMany(tag: "")))
        let list = Array(repeating: "mailto:a@b.example", count: 90).joined(separator: ",")
        let many = try #require(DMARCParser.parse("v=DMARC1; p=reject; rua=\(list)"))
        #expect(many.aggregateReports.count == 50 && many.faults == [.tooMany(tag: "rua")])
        let long = try #require(DMARCParser.parse("v=DMARC1; p=none; \(String(repeating: "q", count: 200))"))
        #expect(long.faults == [.malformed(String(repeating: "q", count: 60) + "...")])
    }

    /// Any bytes: no trap, printable faults, and a second reading of what was read says the same.
    @Test func seeded() {
        var generator = SeededGenerator(seed: 9_989)
        let pieces = [
            "v=DMARC1", ";", "=", "p", "sp", "np", "none", "reject", "quarantine", " ", "\t", "rua", "mailto:", "a@b.c",
            "!", "10m", ",", "fo", "0", "1", ":", "d", "%", "%41", "t", "y", "psd", "n", "pct", "101", "\u{0}", "é",
            "\u{1B}", "adkim", "s", "ri", "rf", "-",
        ]
        var records = 0
        for round in 0..<20_000 {
            var text = round % 4 == 0 ? "" : "v=DMARC1;"
            for _ in 0..<Int.random(in: 0...24, using: &generator) {
                text += pieces.randomElement(using: &generator) ?? ""
            }
            for grammar in [DMARCGrammar.rfc9989, .rfc7489] {
                guard let record = DMARCParser.parse(text, grammar: grammar) else { continue }
                records += 1
                #expect(record == DMARCParser.parse(text, grammar: grammar))
                for fault in record.faults {
                    let isPrintable = fault.description.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
                    #expect(isPrintable, "\(fault)")
                }
                if record.policy == nil { #expect(record.aggregateReports.isEmpty) }
            }
        }
        #expect(records > 20_000)
    }
}
