import DNSAuth
import Mail
import MartletTesting
import Testing

@testable import Service

/// Each question about a domain's DNS by itself: what is published, and what is said about it.
@Suite struct DomainProbeTests {
    private static let name = Domain(canonical: "shop.example")
    private static let host = "mx.martlet.example"
    private static let key = DKIMKey(
        selector: "s1", algorithm: .rsaSHA256, privateKey: [], publicKey: [0x30, 0x82, 0x01, 0x22])

    private static func dns(_ change: (inout FakeResolver) -> Void) -> FakeResolver {
        var dns = FakeResolver()
        dns.addresses[host] = [.v4(0xC000_0219), .v6(high: 0x2001_0DB8_0000_0000, low: 0x25)]
        change(&dns)
        return dns
    }

    // MARK: SPF

    private static func spf(
        _ records: [String], sources: [IPAddress] = [], include: String? = nil,
        _ change: (inout FakeResolver) -> Void = { _ in }
    ) async -> DomainFinding {
        var setup = SendingSetup(hostname: host)
        setup.sources = sources
        setup.spfInclude = include
        let dns = dns { dns in
            dns.txt["shop.example"] = ["google-site-verification=x"] + records
            change(&dns)
        }
        return await SPFProbe(resolver: dns, setup: setup, time: SettableTime()).probe(name).run()
    }

    @Test(arguments: [
        (["v=spf1 a:mx.martlet.example mx ~all"], DomainFinding.Status.ok, false),
        (["v=spf1 +A:MX.martlet.example -all"], .ok, false),
        // Other ways to say so, which break when our addresses change.
        (["v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all"], .ok, true),
        (["v=spf1 +all"], .ok, true),
        // One address of two is forgotten.
        (["v=spf1 ip4:192.0.2.0/24 -all"], .mismatch, true),
        (["v=spf1 -all"], .mismatch, true),
        (["v=spf1"], .mismatch, true),
        // Our term stands behind the end of the evaluation.
        (["v=spf1 -all a:mx.martlet.example"], .mismatch, true),
        (["v=spf1 include:nothing.example a:mx.martlet.example -all"], .invalid, true),
        (["v=spf1 a:mx.martlet.example ipv4:1.2.3.4 -all"], .invalid, true),
        (["v=spf1 -all", "v=spf1 a:mx.martlet.example -all"], .invalid, true),
        (["v=spf10 -all"], .missing, true),
        ([], .missing, true),
    ])
    func `SPF is judged as a receiver judges it`(
        _ records: [String], _ status: DomainFinding.Status, _ hasAdvice: Bool
    ) async {
        let finding = await Self.spf(records)
        #expect(finding.status == status, "\(finding)")
        #expect(finding.advice.isEmpty != hasAdvice)
        #expect(finding.published == records.filter { $0 != "v=spf10 -all" })
    }

    @Test func `The advised record completes the one that is there`() async {
        let google = await Self.spf(["v=spf1  include:_spf.example.net ~all"]) { dns in
            dns.txt["_spf.example.net"] = ["v=spf1 ip4:198.51.100.0/24 -all"]
        }
        #expect(google.expected == ["v=spf1 a:mx.martlet.example include:_spf.example.net ~all"])
        let none = await Self.spf([])
        #expect(none.expected == ["v=spf1 a:mx.martlet.example mx ~all"])
        let included = await Self.spf(["v=spf1 -all"], include: "spf.martlet.example")
        #expect(included.expected == ["v=spf1 include:spf.martlet.example -all"])
        let fine = await Self.spf(["v=spf1 include:spf.martlet.example -all"], include: "spf.martlet.example") { dns in
            dns.txt["spf.martlet.example"] = ["v=spf1 a:mx.martlet.example -all"]
        }
        #expect(fine.status == .ok && fine.advice.isEmpty)
        // The operator's own record forgets the operator's own hosts.
        let broken = await Self.spf(["v=spf1 include:spf.martlet.example -all"], include: "spf.martlet.example") {
            dns in
            dns.txt["spf.martlet.example"] = ["v=spf1 ip4:203.0.113.1 -all"]
        }
        #expect(broken.status == .mismatch && broken.advice.contains("192.0.2.25"))
        let partly = await Self.spf(
            ["v=spf1 ip4:192.0.2.1 -all"], sources: [.v4(0xC000_0201), .v4(0xC000_0202)])
        #expect(partly.status == .mismatch && partly.merit == 50)
    }

    @Test func `An SPF question without an answer is temporary at any depth`() async {
        let first = await Self.spf([]) { $0.failures["shop.example"] = .timeout }
        let deep = await Self.spf(["v=spf1 include:_spf.example.net -all"]) {
            $0.failures["_spf.example.net"] = .server(rcode: 2)
        }
        let own = await Self.spf(["v=spf1 a:mx.martlet.example -all"]) { $0.failures[Self.host] = .unreachable }
        #expect([first, deep, own].map(\.status) == [.temporary, .temporary, .temporary])
        #expect([first, deep, own].allSatisfy { $0.settled == nil && !$0.advice.isEmpty })
    }

    // MARK: DKIM

    @Test(arguments: [
        (["v=DKIM1; k=rsa; p=MIIBIg=="], DomainFinding.Status.ok),
        (["p=MIIBIg=="], .ok),
        (["v=DKIM1; k=rsa; t=s; s=email; h=sha256:sha1; n=x; p=MIIB Ig=="], .ok),
        (["v=DKIM1; k=rsa; p=MIIBIw=="], .mismatch),
        (["v=DKIM1; k=ed25519; p=MIIBIg=="], .mismatch),
        (["v=DKIM1; k=rsa; p="], .mismatch),
        (["v=DKIM1; k=rsa; t=y; p=MIIBIg=="], .mismatch),
        (["v=DKIM1; k=rsa; t=s:y; p=MIIBIg=="], .mismatch),
        (["v=DKIM1; k=rsa; h=sha1; p=MIIBIg=="], .mismatch),
        (["v=DKIM1; k=rsa; s=tlsrpt; p=MIIBIg=="], .mismatch),
        (["v=DKIM1; k=rsa"], .invalid),
        (["v=DKIM2; p=MIIBIg=="], .invalid),
        (["\"v=DKIM1; p=MIIBIg==\""], .invalid),
        (["v=DKIM1; k=rsa; p=MIIBIg==", "v=DKIM1; k=rsa; p=MIIBIg=="], .invalid),
        ([], .missing),
    ])
    func `A key record must hold this key and let it be used`(_ records: [String], _ status: DomainFinding.Status) async
    {
        let dns = Self.dns { $0.txt["s1._domainkey.shop.example"] = records }
        let finding = await DKIMProbe(resolver: dns).probe(Self.key, of: Self.name).run()
        #expect(finding.status == status, "\(finding)")
        #expect(finding.advice.isEmpty == (status == .ok))
        #expect(finding.expected == ["v=DKIM1; k=rsa; p=MIIBIg=="] && finding.published == records)
    }

    @Test(arguments: [
        (DKIMKey.State.active, "prove nothing"), (.publishedPending, "changes over"), (.retiring, "too early"),
    ])
    func `What a missing key record means depends on the key`(_ state: DKIMKey.State, _ words: String) async {
        var key = Self.key
        key.state = state
        let finding = await DKIMProbe(resolver: FakeResolver()).probe(key, of: Self.name).run()
        #expect(finding.status == .missing && finding.advice.contains(words))
    }

    // MARK: DMARC

    @Test(arguments: [
        (["_dmarc.shop.example": ["v=DMARC1; p=reject; rua=mailto:d@shop.example"]], DomainFinding.Status.ok, 100, ""),
        (["_dmarc.shop.example": ["v=DMARC1; p=reject"]], .ok, 100, "Add rua="),
        (["_dmarc.shop.example": ["v=DMARC1; p=none; rua=mailto:d@shop.example"]], .ok, 75, "go on to quarantine"),
        // Found further up.
        (["_dmarc.example": ["v=DMARC1; p=quarantine; rua=mailto:d@shop.example"]], .ok, 100, ""),
        (["_dmarc.shop.example": ["v=DMARC1; p=rejekt"]], .invalid, 0, "add p=none"),
        (["_dmarc.shop.example": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]], .invalid, 0, "2 DMARC records"),
        (["_dmarc.shop.example": ["p=reject; v=DMARC1"]], .missing, 0, "Publish"),
        ([:], .missing, 0, "Publish"),
    ])
    func `DMARC is looked for where receivers look`(
        _ txt: [String: [String]], _ status: DomainFinding.Status, _ merit: Int, _ words: String
    ) async {
        let finding = await DMARCProbe(resolver: Self.dns { $0.txt = txt }).probe(Self.name).run()
        #expect(finding.status == status && finding.merit == merit, "\(finding)")
        #expect(words.isEmpty ? finding.advice.isEmpty : finding.advice.contains(words), "\(finding)")
        #expect(finding.record == (txt["_dmarc.example"] == nil ? "_dmarc.shop.example" : "_dmarc.example"))
    }

    // MARK: MX, aliases, PTR

    @Test func `A sender need not take mail`() async {
        let real = await MXProbe(
            resolver: Self.dns { $0.mx["shop.example"] = [MXRecord(preference: 10, exchange: "mail.example")] }
        ).probe(Self.name).run()
        let implicit = await MXProbe(resolver: Self.dns { $0.addresses["shop.example"] = [.v4(1)] })
            .probe(Self.name).run()
        let null = await MXProbe(
            resolver: Self.dns { $0.mx["shop.example"] = [MXRecord(preference: 0, exchange: "")] }
        ).probe(Self.name).run()
        let none = await MXProbe(resolver: Self.dns { _ in }).probe(Self.name).run()
        #expect([real, implicit, null, none].map(\.status) == [.ok, .ok, .optional, .optional])
        #expect([real, implicit, null, none].map(\.published) == [["10 mail.example"], ["0.0.0.1"], ["0 ."], []])
        #expect([real, implicit, null, none].map(\.merit) == [100, 100, 0, 0])
        #expect([real, implicit, null, none].map(\.settled) == [.ok, .ok, .optional, .optional])
    }

    @Test func `Names below the domain must lead to this engine`() async {
        func look(_ change: (inout FakeResolver) -> Void) async -> [DomainFinding.Status] {
            let probe = AliasProbe(resolver: Self.dns(change), hostname: Self.host)
            return [
                await probe.returnPath("bounces.shop.example").run().status,
                await probe.tracking("track.shop.example").run().status,
            ]
        }
        let alias = await look { dns in
            dns.cname["bounces.shop.example"] = Self.host
            dns.cname["track.shop.example"] = Self.host
        }
        #expect(alias == [.ok, .ok])
        let deep = await look { dns in
            dns.cname[Self.host] = "node7.martlet.example"
            dns.addresses["node7.martlet.example"] = [.v4(7)]
            dns.cname["bounces.shop.example"] = "link.example"
            dns.cname["track.shop.example"] = Self.host
            dns.cname["link.example"] = Self.host
        }
        #expect(deep == [.ok, .ok])
        let direct = await look { dns in
            dns.mx["bounces.shop.example"] = [MXRecord(preference: 10, exchange: Self.host)]
            dns.addresses["track.shop.example"] = [.v4(0xC000_0219)]
        }
        #expect(direct == [.ok, .ok])
        let elsewhere = await look { dns in
            dns.cname["bounces.shop.example"] = "other.example"
            dns.addresses["track.shop.example"] = [.v4(0xC000_0219), .v4(0xC633_6401)]
        }
        #expect(elsewhere == [.mismatch, .mismatch])
        let none = await look { _ in }
        #expect(none == [.missing, .missing])
        let silent = await look { dns in
            dns.failures["bounces.shop.example"] = .timeout
            dns.failures["track.shop.example"] = .timeout
        }
        #expect(silent == [.temporary, .temporary])
    }

    @Test func `Every source address has a name that leads back`() async {
        func look(_ change: (inout FakeResolver) -> Void) async -> DomainFinding {
            await ReverseProbe(resolver: Self.dns(change), hostname: Self.host)
                .probe([.v4(0xC000_0219), .v4(0xC000_021A)]).run()
        }
        let good = await look { dns in
            dns.ptr[.v4(0xC000_0219)] = ["other.example", Self.host]
            dns.ptr[.v4(0xC000_021A)] = ["b.martlet.example"]
            dns.addresses["b.martlet.example"] = [.v4(0xC000_021A)]
        }
        #expect(good.status == .ok && good.merit == 100 && good.advice.isEmpty)
        #expect(good.published == ["192.0.2.25 mx.martlet.example", "192.0.2.26 b.martlet.example"])
        let half = await look { $0.ptr[.v4(0xC000_0219)] = [Self.host] }
        #expect(half.status == .missing && half.merit == 50 && half.advice.contains("192.0.2.26"))
        #expect(half.published == ["192.0.2.25 mx.martlet.example", "192.0.2.26 -"])
        let forged = await look { dns in
            dns.ptr[.v4(0xC000_0219)] = [Self.host]
            dns.ptr[.v4(0xC000_021A)] = [Self.host]
        }
        #expect(forged.status == .mismatch && forged.merit == 50 && forged.advice.contains("192.0.2.26"))
        let many = await look { dns in
            dns.ptr[.v4(0xC000_0219)] = (0..<2_000).map { "n\($0).example" } + [Self.host]
        }
        #expect(many.status == .missing && many.merit == 0, "ten names are looked at")
        let nowhere = await ReverseProbe(resolver: FakeResolver(), hostname: Self.host).probe([]).run()
        #expect(nowhere.status == .missing && nowhere.merit == 0)
    }

    // MARK: MTA-STS, TLS-RPT

    private struct OneAnswer: MTASTSSource {
        var answer: DestinationTLSPolicy.STS
        func policy(for destination: Domain) async -> DestinationTLSPolicy.STS { answer }
    }

    @Test func `What protects incoming mail is shown and weighs nothing`() async {
        let policy = MTASTSPolicy(mode: .enforce, mx: ["mail.shop.example"], maxAge: 86_400, id: "7", lines: [])
        var found: [DomainFinding] = []
        for answer in [
            DestinationTLSPolicy.STS.absent, .testing(policy), .enforce(policy),
            .unavailable(reason: .fetch(reason: "status 404")),
        ] {
            found.append(await MTASTSProbe(source: OneAnswer(answer: answer)).probe(Self.name).run())
        }
        #expect(found.map(\.status) == [.optional, .ok, .ok, .invalid])
        #expect(found[2].published == ["id: 7", "mode: enforce", "mx: mail.shop.example"])
        #expect(found[3].advice.contains("status 404"))
        for (records, status) in [
            (["v=TLSRPTv1; rua=mailto:t@shop.example"], DomainFinding.Status.ok), (["x"], .optional), ([], .optional),
            (["v=TLSRPTv1; rua=mailto:a@b.example", "v=TLSRPTv1; rua=mailto:c@d.example"], .invalid),
        ] {
            let dns = Self.dns { $0.txt["_smtp._tls.shop.example"] = records }
            let finding = await TLSReportProbe(resolver: dns).probe(Self.name).run()
            #expect(finding.status == status, "\(records)")
        }
    }

    // MARK: Names

    @Test(arguments: [
        DomainFinding.Subject.spf, .dkim(selector: "mt202601r"), .dkim(selector: "a:b"), .dmarc, .mx, .mtaSTS,
        .tlsReports, .returnPath, .tracking, .reverse,
    ])
    func `A subject is known again by its name`(_ subject: DomainFinding.Subject) {
        #expect(DomainFinding.Subject(name: subject.name) == subject)
        #expect(subject.name.hasPrefix(subject.area))
    }

    @Test(arguments: ["", "dkim", "dkim:", "SPF", "bimi"])
    func `What is no name of a subject is none`(_ name: String) {
        #expect(DomainFinding.Subject(name: name) == nil)
    }

    @Test func `What strangers publish is cut`() async {
        let long = String(repeating: "x", count: 60_000)
        let dns = Self.dns { $0.txt["s1._domainkey.shop.example"] = Array(repeating: long, count: 100) }
        let finding = await DKIMProbe(resolver: dns).probe(Self.key, of: Self.name).run()
        #expect(finding.published.count == 10 && finding.published[0].utf8.count == 1_024)
    }
}
