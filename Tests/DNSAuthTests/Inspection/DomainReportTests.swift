import Foundation
import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// The two forms in which a report is shown.
@Suite struct DomainReportTests {
    @Test func text() async {
        let report = await InspectionRig().report()
        #expect(
            DomainReportText().render(report) == """
                shop.example: all is well

                MX        2 hosts
                  ├─ 10 mx1.shop.example  2001:db8::1, 192.0.2.1
                  └─ 20 mx2.shop.example  192.0.2.2
                  ok       every host has an address that can be reached

                Site      mx1.shop.example;mx2.shop.example

                MTA-STS   enforce, for 14 days, id 20261121
                  └─ mx: *.shop.example
                  ok       the policy is enforced

                DANE      2 of 2 hosts
                  ├─ _25._tcp.mx1.shop.example
                  │  └─ 3 1 1 abababababababababababababababab...
                  └─ _25._tcp.mx2.shop.example
                     └─ 3 1 1 abababababababababababababababab...
                  ok       every host proves itself by DANE

                TLS-RPT   mailto:tls@shop.example
                  ok       reports on TLS are asked for

                SPF       2 of 10 look-ups
                  └─ v=spf1 mx include:_spf.mail.example -all
                     └─ include:_spf.mail.example  v=spf1 ip4:198.51.100.0/24 -all
                  ok       the record can be evaluated

                DMARC     p=reject
                  └─ _dmarc.shop.example (applies)  v=DMARC1; p=reject; rua=mailto:dmarc@shop.example
                  ok       mail that fails is to be rejected or quarantined

                """)
    }

    @Test func problemsInText() async {
        var rig = InspectionRig()
        rig.resolver.txt["_dmarc.shop.example"] = nil
        rig.policies.sts = .testing(InspectionRig.policy(["mx1.shop.example"], mode: .testing))
        let text = DomainReportText().render(await rig.report())
        #expect(text.hasPrefix("shop.example: 2 problems, 1 note\n"))
        #expect(
            text.contains(
                """
                  problem  the policy does not allow mx2.shop.example, so no mail goes there
                           fix: add "mx: mx2.shop.example" to the policy and change the id of the record
                  note     mode: testing only reports; mail goes out unprotected all the same
                           fix: set mode: enforce when the TLS reports show no failures

                """))
        #expect(
            text.hasSuffix(
                """
                DMARC     none
                  problem  no DMARC record: anybody can write mail from shop.example
                           fix: publish _dmarc.shop.example TXT \
                "v=DMARC1; p=none; rua=mailto:dmarc-reports@shop.example"

                """))
    }

    @Test func coloursOnlyWhenAskedFor() async {
        var rig = InspectionRig()
        rig.resolver.txt["_dmarc.shop.example"] = nil
        let report = await rig.report()
        #expect(!DomainReportText().render(report).contains("\u{1B}"))
        let coloured = DomainReportText(usesColours: true).render(report)
        #expect(coloured.contains("\u{1B}[31mproblem\u{1B}[0m"))
        #expect(coloured.replacing(/\u{1B}\[\d+m/, with: "") == DomainReportText().render(report))
    }

    @Test func json() async throws {
        let rig = InspectionRig()
        let text = DomainReportJSON.render(await rig.report())
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["domain"] as? String == "shop.example")
        #expect(object["status"] as? String == "ok")
        let sections = try #require(object["sections"] as? [[String: Any]])
        let topics = sections.map { $0["topic"] as? String ?? "" }
        #expect(topics == ["mx", "site", "mta-sts", "dane", "tls-rpt", "spf", "dmarc"])
        let mx = try #require(sections[0]["facts"] as? [String: Any])
        let hosts = try #require(mx["hosts"] as? [[String: Any]])
        #expect(hosts[0]["host"] as? String == "mx1.shop.example")
        #expect(hosts[0]["addresses"] as? [String] == ["2001:db8::1", "192.0.2.1"])
        let dmarc = try #require(sections[6]["facts"] as? [String: Any])
        #expect(dmarc["policy"] as? String == "reject" && dmarc["policy_tag"] as? String == "p")
        let spf = try #require(sections[5]["facts"] as? [String: Any])
        #expect(spf["lookups"] as? Int == 2 && spf["usable"] as? Bool == true)
    }

    /// What strangers publish reaches neither the terminal nor breaks the JSON.
    @Test func strangersText() async throws {
        var rig = InspectionRig()
        let evil = "v=DMARC1; p=none; x=\u{1B}]0;title\u{7}\"\\\u{202E}\n; rua=mailto:a@shop.example"
        rig.resolver.txt["_dmarc.shop.example"] = [evil]
        rig.resolver.txt["shop.example"] = ["v=spf1 \u{1B}[2J -all"]
        rig.resolver.txt["_smtp._tls.shop.example"] = ["v=TLSRPTv1; rua=mailto:\u{1B}[31m@x.example"]
        rig.policies.sts = .unavailable(reason: .fetch(reason: "HTTP \u{1B}[0m\r\n"))
        let report = await rig.report()
        let text = DomainReportText().render(report)
        let isPrintable = text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0 != "\u{202E}" }
        #expect(isPrintable)
        let json = DomainReportJSON.render(report)
        let parsed = try JSONSerialization.jsonObject(with: Data(json.utf8))
        #expect(parsed is [String: Any])
        #expect(!json.contains("\u{1B}"))
    }

    @Test func jsonEscapes() throws {
        var section = DomainReport.Section(.mx, "s")
        section.state("text", .text("a\"b\\c\n\u{1}\u{7F}é"))
        section.state("empty", .list([]))
        section.state("none", .object([]))
        let json = DomainReportJSON.render(DomainReport(domain: InspectionRig.domain, sections: [section]))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let sections = try #require(object["sections"] as? [[String: Any]])
        let facts = try #require(sections[0]["facts"] as? [String: Any])
        #expect(facts["text"] as? String == "a\"b\\c\n\u{1}\u{7F}é")
        #expect(facts["empty"] as? [String] == [])
    }

    @Test func longAndOddText() {
        #expect(ReportText.printable(String(repeating: "a", count: 5_000)).utf8.count == 4_099)
        #expect(ReportText.printable("a\u{0}b\u{200F}c\u{FEFF}d\u{E000}é") == "a?b?c?d?é")
    }

    @Test func internationalName() async {
        let report = await InspectionRig().report(.name("xn--bcher-kva.example"))
        #expect(DomainReportText().render(report).hasPrefix("xn--bcher-kva.example (bücher.example): "))
    }
}
