import Foundation
import Mail
import Testing

@testable import DNSAuth

@Suite struct VerificationReportTests {
    private static let client = MessageClient(
        address: .v4(0xC000_0205), helo: "mx.alpha.example", sender: Mailbox("bounce@alpha.example"))

    private static let results = MessageAuthentication(
        spf: [
            SPFOutcome(
                .pass, identity: .mailFrom, domain: "alpha.example", reason: "ip4:192.0.2.0/24 matched",
                mechanism: "ip4:192.0.2.0/24", lookups: 1),
            SPFOutcome(
                .fail, identity: .helo, domain: "mx.alpha.example", reason: "-all matched", mechanism: "-all",
                explanation: "see \u{1B}[31mhttps://x.example", lookups: 3, voidLookups: 1),
        ],
        dkim: [
            DKIMOutcome(
                .pass, reason: "signature verified", domain: Domain(canonical: "alpha.example"),
                identity: "@alpha.example", selector: "s1", algorithm: "rsa-sha256", keyBits: 2048,
                signatureStart: "AbCdEfGh"),
            DKIMOutcome(.neutral, reason: "signature is not a tag list"),
        ],
        dmarc: DMARCOutcome(
            .pass, reason: "DKIM alpha.example is aligned", author: Domain(canonical: "alpha.example"),
            recordDomain: Domain(canonical: "alpha.example"), policy: .reject, policyTag: .p, isDKIMAligned: true),
        arc: ARCOutcome(
            .pass, reason: "2 sets verified", sealers: ["one.example", "two.example"], oldestPass: 2))

    private func report(_ change: (inout MessageAuthentication) -> Void = { _ in }) -> VerificationReport {
        var results = Self.results
        change(&results)
        return VerificationReport(
            results, client: Self.client, source: "a.eml", size: 2134, notes: ["line ends are bare LF"])
    }

    @Test func theText() {
        #expect(
            report().text == """
                Message  a.eml: 2134 bytes, From alpha.example
                Client   192.0.2.5, HELO mx.alpha.example, MAIL FROM <bounce@alpha.example>
                Note     line ends are bare LF

                SPF      pass       mailfrom alpha.example
                                    ip4:192.0.2.0/24 matched; 1 of 10 look-ups
                         fail       helo mx.alpha.example
                                    -all matched; 3 of 10 look-ups, 1 of 2 void
                                    its owner says: see ?[31mhttps://x.example
                DKIM     pass       d=alpha.example s=s1 a=rsa-sha256 2048 bits
                                    signature verified
                         neutral    signature is not a tag list
                DMARC    pass       alpha.example, p=reject at alpha.example, disposition none
                                    DKIM alpha.example is aligned
                ARC      pass       sealed by one.example, then two.example; changed before set 2
                                    2 sets verified

                Verdict  pass: DMARC vouches for alpha.example

                """)
        var bare = report { $0.spf = [] }
        bare.client = nil
        #expect(bare.text.contains("Client   not known: SPF needs --ip, --helo and --mail-from\n"))
        #expect(bare.text.contains("SPF      skipped    no client address\n"))
    }

    @Test func theJSON() throws {
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(report().json.utf8)) as? [String: Any])
        #expect(object["verdict"] as? String == "pass")
        #expect(object["bytes"] as? Int == 2134)
        #expect((object["client"] as? [String: Any])?["mail_from"] as? String == "bounce@alpha.example")
        let spf = try #require(object["spf"] as? [[String: Any]])
        #expect(spf.map { $0["result"] as? String } == ["pass", "fail"])
        #expect(spf[1]["explanation"] as? String == "see \u{1B}[31mhttps://x.example")
        #expect(spf[0]["explanation"] is NSNull)
        let dkim = try #require(object["dkim"] as? [[String: Any]])
        #expect(dkim[0]["key_bits"] as? Int == 2048 && dkim[1]["domain"] is NSNull)
        let dmarc = try #require(object["dmarc"] as? [String: Any])
        #expect(dmarc["dkim_aligned"] as? Bool == true && dmarc["policy"] as? String == "reject")
        let arc = try #require(object["arc"] as? [String: Any])
        #expect(arc["sealers"] as? [String] == ["one.example", "two.example"] && arc["oldest_pass"] as? Int == 2)
        #expect(!report().json.utf8.contains(0x1B))
        var bare = report { $0.spf = [] }
        bare.client = nil
        let less = try #require(JSONSerialization.jsonObject(with: Data(bare.json.utf8)) as? [String: Any])
        #expect(less["client"] is NSNull && (less["spf"] as? [Any])?.isEmpty == true)
    }

    @Test func theVerdict() {
        func verdict(_ change: (inout MessageAuthentication) -> Void) -> String {
            let report = report(change)
            #expect(report.isPass == report.verdict.isPass)
            return (report.isPass ? "pass: " : "not: ") + report.verdict.reason
        }
        let author = Domain(canonical: "alpha.example")
        func policy(_ result: DMARCResult, _ disposition: DMARCPolicy = .none) -> DMARCOutcome {
            DMARCOutcome(result, reason: "because", author: author, disposition: disposition)
        }
        #expect(
            verdict { $0.dmarc = policy(.fail, .reject) } == "not: nobody vouches for alpha.example; asked for: reject")
        #expect(verdict { $0.dmarc = policy(.fail) } == "not: nobody vouches for alpha.example; nothing is to be done")
        #expect(verdict { $0.dmarc = policy(.temperror) } == "not: DMARC could not be evaluated now; try again")
        #expect(verdict { $0.dmarc = policy(.permerror) } == "not: DMARC cannot be evaluated: because")
        // Without a policy somebody must still vouch for that very domain.
        #expect(verdict { $0.dmarc = policy(.none) } == "pass: no DMARC policy; DKIM vouches for alpha.example")
        #expect(
            verdict {
                $0.dmarc = policy(.none)
                $0.dkim = []
            } == "pass: no DMARC policy; SPF vouches for alpha.example")
        #expect(
            verdict {
                $0.dmarc = policy(.none)
                $0.dkim[0].domain = Domain(canonical: "other.example")
                $0.spf = []
            } == "not: no DMARC policy, and nothing vouches for alpha.example")
        #expect(
            verdict {
                $0.dmarc = DMARCOutcome(.none, reason: "")
            } == "not: no DMARC policy, and nothing vouches for the author")
    }

    @Test func filesAsTheyLieThere() throws {
        let unix = try MessageFile(Array("From a Mon\nFrom: a@b.example\n\nx\r\ny\n".utf8))
        #expect(unix.content.original == Array("From: a@b.example\r\n\r\nx\r\ny\r\n".utf8))
        #expect(unix.notes.count == 2)
        let mail = try MessageFile(Array("From: a@b.example\r\n\r\nx\r\n".utf8))
        #expect(mail.notes.isEmpty)
        #expect(throws: MessageFile.Failure.empty) { try MessageFile([]) }
        #expect(throws: MessageFile.Failure.noHeader) { try MessageFile(Array("just some words\n".utf8)) }
        #expect(throws: MessageFile.Failure.noHeader) { try MessageFile([0, 255, 10, 13, 10]) }
    }
}
