import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// One thing wrong at a time: the topic, what is spoilt, and what the report says.
@Suite struct DomainInspectionTests {
    private func findings(
        _ topic: DomainReport.Topic, _ spoil: (inout InspectionRig) -> Void
    ) async -> [String] {
        var rig = InspectionRig()
        spoil(&rig)
        return await rig.findings(topic)
    }

    private static let address = IPAddress.v4(0xC000_0201)

    @Test func exchanges() async {
        let null = await findings(.mx) { $0.resolver.mx["shop.example"] = [MXRecord(preference: 0, exchange: "")] }
        #expect(null == ["ok: the domain says that it takes no mail"])
        let odd = await findings(.mx) { $0.resolver.mx["shop.example"] = [MXRecord(preference: 5, exchange: "")] }
        #expect(odd == ["note: the null MX has the preference 5"])
        let both = await findings(.mx) { $0.resolver.mx["shop.example"]?.append(MXRecord(preference: 0, exchange: "")) }
        #expect(both == ["problem: a null MX stands beside other MX records"])
        let implicit = await findings(.mx) {
            $0.resolver.mx["shop.example"] = nil
            $0.resolver.addresses["shop.example"] = [Self.address]
        }
        #expect(implicit == ["note: there is no MX record: mail goes to the addresses of shop.example itself"])
        let nothing = await findings(.mx) { $0.resolver.mx["shop.example"] = nil }
        #expect(nothing == ["problem: shop.example has neither an MX record nor an address"])
        let missing = await findings(.mx) {
            $0.resolver.mx["shop.example"] = nil
            $0.resolver.txt["shop.example"] = nil
        }
        #expect(missing == ["problem: shop.example does not exist"])
        let silent = await findings(.mx) { $0.resolver.failures["shop.example"] = .timeout }
        #expect(silent == ["problem: the DNS does not answer for the MX records of shop.example: timeout"])
    }

    @Test func hosts() async {
        let gone = await findings(.mx) { $0.resolver.addresses["mx2.shop.example"] = nil }
        #expect(gone == ["problem: mx2.shop.example does not exist"])
        let silent = await findings(.mx) { $0.resolver.failures["mx2.shop.example"] = .server(rcode: 2) }
        #expect(silent == ["problem: the DNS does not answer for the addresses of mx2.shop.example: server(rcode: 2)"])
        let inside = await findings(.mx) { $0.resolver.addresses["mx2.shop.example"] = [.v4(0x0A00_0001)] }
        #expect(inside == ["problem: mx2.shop.example has the address 10.0.0.1, which nobody outside can reach"])
        let alias = await findings(.mx) { $0.resolver.cname["mx2.shop.example"] = "mx1.shop.example" }
        #expect(alias.first == "note: mx2.shop.example is an alias of mx1.shop.example, which some senders refuse")
        #expect(alias.last == "note: mx2.shop.example and mx1.shop.example share the address 192.0.2.1")
        let literal = await findings(.mx) {
            $0.resolver.mx["shop.example"] = [MXRecord(preference: 1, exchange: "192.0.2.1")]
        }
        #expect(literal == ["problem: 192.0.2.1 is an address, not a host name"])
        let twice = await findings(.mx) {
            $0.resolver.mx["shop.example"]?.append(MXRecord(preference: 30, exchange: "mx1.shop.example"))
        }
        #expect(twice == ["note: mx1.shop.example stands there with several preferences"])
        let many = await findings(.mx) {
            $0.resolver.mx["shop.example"] = (0..<30).map { MXRecord(preference: $0, exchange: "mx1.shop.example") }
        }
        #expect(many.contains("note: 10 more MX records were not looked at"))
    }

    @Test func sts() async {
        let none = await findings(.mtaSTS) { $0.resolver.txt["_mta-sts.shop.example"] = nil }
        #expect(none == ["note: no MTA-STS policy: whoever sits between can take TLS away"])
        let two = await findings(.mtaSTS) {
            $0.resolver.txt["_mta-sts.shop.example"] = ["v=STSv1; id=1", "v=STSv1; id=2"]
        }
        #expect(two == ["problem: 2 records at _mta-sts.shop.example, which count as none"])
        let broken = await findings(.mtaSTS) { $0.resolver.txt["_mta-sts.shop.example"] = ["v=STSv1; id=a b"] }
        #expect(broken.count == 1 && broken[0].hasPrefix("problem: the record at _mta-sts.shop.example is malformed"))
        let silent = await findings(.mtaSTS) { $0.resolver.failures["_mta-sts.shop.example"] = .timeout }
        #expect(silent == ["problem: the DNS does not answer for _mta-sts.shop.example: timeout"])
        let off = await findings(.mtaSTS) { $0.policies.sts = .absent }
        #expect(off == ["note: the policy says mode: none, which protects nothing"])
        let short = await findings(.mtaSTS) {
            $0.policies.sts = .enforce(InspectionRig.policy(["*.shop.example"], maxAge: 600))
        }
        #expect(
            short == ["note: max_age is 600 seconds: an attacker need not wait long", "ok: the policy is enforced"])
        let other = await findings(.mtaSTS) { $0.policies.sts = .enforce(InspectionRig.policy(["mx1.shop.example"])) }
        #expect(other == ["problem: the policy does not allow mx2.shop.example, so no mail goes there"])
        for (failure, words) in [
            (MTASTSFetchFailure.fetch(reason: "x"), "the policy cannot be fetched: x"),
            (.invalid(reason: "x"), "the policy is invalid: x"),
            (.certificate(reason: "x"), "the certificate of the policy host does not hold: x"),
        ] {
            let found = await findings(.mtaSTS) { $0.policies.sts = .unavailable(reason: failure) }
            #expect(found == ["problem: \(words)"])
        }
    }

    @Test func dane() async {
        let part = await findings(.dane) { $0.policies.dane["mx2.shop.example"] = .absent }
        #expect(part == ["note: some hosts have no TLSA records, and mail to them is not protected"])
        let unusable = await findings(.dane) { $0.policies.dane["mx2.shop.example"] = .unusable }
        #expect(unusable[0] == "problem: none of the TLSA records of mx2.shop.example can be used")
        let failed = await findings(.dane) { $0.policies.dane["mx2.shop.example"] = .failed(reason: "x") }
        #expect(failed[0] == "problem: the TLSA records of mx2.shop.example cannot be looked up: x; it gets no mail")
        let unsigned = await findings(.dane) { $0.resolver.isAuthenticated.remove("shop.example") }
        #expect(
            unsigned == [
                "problem: the TLSA records do not count, because the MX records of shop.example are not signed"
            ])
        let signed = await findings(.dane) { $0.policies.dane = [:] }
        #expect(signed == ["note: no TLSA records"])
        let untrusted = await findings(.dane) {
            $0.policies.dane = [:]
            $0.resolver.isAuthenticated = []
        }
        #expect(untrusted == ["note: no answer was secured by DNSSEC, or the resolver is not trusted to say so"])
        let null = await findings(.dane) { $0.resolver.mx["shop.example"] = [MXRecord(preference: 0, exchange: "")] }
        #expect(null == [])
    }

    @Test func tlsReports() async {
        let name = "_smtp._tls.shop.example"
        let none = await findings(.tlsReports) { $0.resolver.txt[name] = nil }
        #expect(none == ["note: nobody is told when TLS to this domain fails"])
        let two = await findings(.tlsReports) { $0.resolver.txt[name]?.append("v=TLSRPTv1; rua=mailto:b@x.example") }
        #expect(two == ["problem: 2 records at \(name), which count as none"])
        let silent = await findings(.tlsReports) { $0.resolver.failures[name] = .unreachable }
        #expect(silent == ["problem: the DNS does not answer for \(name): unreachable"])
    }

    @Test func spf() async {
        let none = await findings(.spf) { $0.resolver.txt["shop.example"] = ["other"] }
        #expect(none == ["problem: no SPF record"])
        let everyone = await findings(.spf) { $0.resolver.txt["shop.example"] = ["v=spf1 +all"] }
        #expect(everyone == ["note: +all allows everyone to send for this domain"])
        let below = await findings(.spf) { $0.resolver.txt["_spf.mail.example"] = ["v=spf1 bogus -all"] }
        #expect(below.first?.hasPrefix("problem: _spf.mail.example: ") == true)
        var rig = InspectionRig()
        rig.resolver.txt["shop.example"] = ["v=spf1 " + (0..<11).map { "a:h\($0).example " }.joined() + "-all"]
        let section = await rig.report().section(.spf)
        #expect(section?.summary == "11 of 10 look-ups")
        #expect(section?.findings.first?.level == .problem && section?.findings.first?.fix != nil)
    }

    @Test func dkim() async {
        func keys(_ record: [String]?, failure: ResolverFailure? = nil) async -> [String] {
            await findings(.dkim) {
                $0.options.selectors = ["s1"]
                $0.resolver.txt["s1._domainkey.shop.example"] = record
                $0.resolver.failures["s1._domainkey.shop.example"] = failure
            }
        }
        let name = "s1._domainkey.shop.example"
        #expect(await keys(nil) == ["problem: no key at \(name)"])
        #expect(await keys(nil, failure: .timeout) == ["problem: the DNS does not answer for \(name): timeout"])
        #expect(await keys(["v=DKIM1; p="]) == ["note: the key at \(name) is revoked"])
        #expect(await keys(["v=DKIM1; p=AAAA"]) == ["problem: p= at \(name) holds no public key"])
        #expect(await keys(["p=!"]).first?.hasPrefix("problem: the key at \(name) cannot be used") == true)
        // RFC 8463 appendix A.2.
        let edwards = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
        #expect(await keys([edwards]) == ["ok: every key can be used"])
        #expect(await keys([edwards + "; t=y"]) == ["note: the key at \(name) is marked as a test (t=y)"])
        #expect(await keys([edwards, edwards]) == ["problem: 2 records at \(name)"])
        // RFC 6376 appendix C: 1024 bits.
        let short = """
            v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFC\
            jxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGja\
            NBcWToIMmPSPDdQPNUYckcQ2QIDAQAB
            """
        #expect(await keys([short]) == ["note: the RSA key at \(name) has only 1024 bits"])
        let absent = await InspectionRig().report().section(.dkim)
        #expect(absent == nil)
    }

    @Test func dmarc() async {
        func found(_ record: String, _ more: (inout InspectionRig) -> Void = { _ in }) async -> [String] {
            await findings(.dmarc) {
                $0.resolver.txt["_dmarc.shop.example"] = [record]
                more(&$0)
            }
        }
        let rua = "rua=mailto:a@shop.example"
        #expect(
            await found("v=DMARC1; p=none; \(rua)") == ["note: p=none: mail that fails is delivered all the same"])
        #expect(await found("v=DMARC1; p=reject") == ["note: nobody is told what passes and fails"])
        #expect(
            await found("v=DMARC1; p=reject; t=y; \(rua)") == ["note: t=y: receivers apply the next milder policy"])
        #expect(
            await found("v=DMARC1; p=reject; sp=none; \(rua)")
                == ["note: sp=none leaves every name below shop.example unprotected"])
        #expect(
            await found("v=DMARC1; p=reject; pct=50; \(rua)")
                == ["note: the tag 'pct' is obsolete since RFC 9989 and is ignored"])
        #expect(
            await found("v=DMARC1; p=reject; adkim=x; \(rua)")
                == ["problem: 'x' is no value for the tag 'adkim', which is ignored"])
        #expect(
            await found("v=DMARC1; adkim=s").first
                == "problem: the record has no valid policy and no address for reports, so DMARC does not apply")
        let stranger = await found("v=DMARC1; p=reject; rua=mailto:a@stats.example")
        #expect(
            stranger == [
                "problem: stats.example does not take reports about shop.example: "
                    + "shop.example._report._dmarc.stats.example has no DMARC record"
            ])
        let welcome = await found("v=DMARC1; p=reject; rua=mailto:a@stats.example") {
            $0.resolver.txt["shop.example._report._dmarc.stats.example"] = ["v=DMARC1"]
        }
        #expect(welcome == ["ok: mail that fails is to be rejected or quarantined"])
        let two = await findings(.dmarc) { $0.resolver.txt["_dmarc.shop.example"]?.append("v=DMARC1; p=none") }
        #expect(two == ["problem: 2 records at _dmarc.shop.example, which count as none"])
        let silent = await findings(.dmarc) { $0.resolver.failures["_dmarc.shop.example"] = .timeout }
        #expect(silent == ["problem: the DNS does not answer for the DMARC record: timeout"])
    }

    /// A name below: which record applies, from where, and by which tag.
    @Test func dmarcFromAbove() async {
        var rig = InspectionRig()
        rig.resolver.txt["_dmarc.shop.example"] = ["v=DMARC1; p=reject; sp=quarantine; rua=mailto:a@shop.example"]
        rig.resolver.empty.insert("news.shop.example")
        let section = await rig.report(.name("news.shop.example")).section(.dmarc)
        #expect(section?.summary == "sp=quarantine from _dmarc.shop.example")
        #expect(section?.level == .ok)
    }

    @Test func literal() async {
        let report = await InspectionRig().report(Domain(literal: Self.address))
        #expect(report.level == .problem && report.sections.count == 1)
    }

    /// A resolver that says nothing at all: every section says so, and the inspection ends.
    @Test func silence() async {
        let inspection = DomainInspection(
            resolver: RecordingResolver(FakeResolver(), failure: .timeout), sts: NoMTASTS(), time: VirtualTime())
        let report = await inspection.inspect(InspectionRig.domain)
        for topic in [DomainReport.Topic.mtaSTS, .tlsReports, .spf, .dmarc] {
            #expect(report.section(topic)?.level == .problem, "\(topic)")
        }
    }
}
