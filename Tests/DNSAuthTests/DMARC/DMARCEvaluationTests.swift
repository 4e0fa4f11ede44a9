import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// What comes of each kind of message. The author is at mail.shop.example unless said otherwise.
@Suite struct DMARCEvaluationTests {
    private func evaluate(
        _ author: DMARCAuthor = .domain(.name("mail.shop.example")), record: String = "v=DMARC1; p=reject",
        at name: String = "shop.example", spf: [SPFOutcome] = [], dkim: [DKIMOutcome] = [],
        failures: [String: ResolverFailure] = [:], existing: [String] = ["mail.shop.example"],
        options: DMARCOptions = .rfc9989
    ) async -> DMARCOutcome {
        var table = FakeResolver()
        table.txt["_dmarc.\(name)"] = [record]
        table.failures = failures
        for name in existing { table.empty.insert(name) }
        return await DMARCCheck(resolver: RecordingResolver(table), options: options).evaluate(
            author: author, spf: spf, dkim: dkim)
    }

    @Test func alignedDKIM() async {
        let outcome = await evaluate(dkim: [.signed(.fail, "shop.example"), .signed(.pass, "news.shop.example")])
        #expect(outcome.result == .pass && outcome.isDKIMAligned && !outcome.isSPFAligned)
        #expect(outcome.reason == "aligned: DKIM of news.shop.example (relaxed)")
        #expect(outcome.disposition == .none && outcome.policy == .reject && outcome.policyTag == .p)
        #expect(outcome.recordDomain?.text == "shop.example" && outcome.organizationalDomain?.text == "shop.example")
    }

    @Test func alignedSPFInAnyCase() async {
        let outcome = await evaluate(spf: [.mailFrom(.pass, "Bounces.SHOP.example.")])
        #expect(outcome.result == .pass && outcome.isSPFAligned)
    }

    /// RFC 9989 §4.4.2: HELO is no identity of DMARC.
    @Test func heloDoesNotCount() async {
        let helo = SPFOutcome(.pass, identity: .helo, domain: "mail.shop.example", reason: "")
        let outcome = await evaluate(spf: [helo])
        #expect(outcome.result == .fail && !outcome.isSPFAligned)
        #expect(outcome.reason == "no DKIM result; no SPF result")
    }

    /// No result other than pass vouches for anybody, and nothing at all does not either.
    @Test func onlyPassPasses() async {
        for result in SPFResult.allCases where result != .pass {
            for signature in DKIMResult.allCases where signature != .pass {
                let outcome = await evaluate(
                    spf: [.mailFrom(result, "mail.shop.example")], dkim: [.signed(signature, "mail.shop.example")])
                let isUnsure = result == .temperror || signature == .temperror
                #expect(outcome.result == (isUnsure ? .temperror : .fail), "\(result) \(signature)")
                #expect(!outcome.isSPFAligned && !outcome.isDKIMAligned)
                #expect(outcome.disposition == (isUnsure ? .none : .reject))
            }
        }
        let nothing = await evaluate()
        #expect(nothing.result == .fail && nothing.disposition == .reject)
        let nameless = await evaluate(spf: [.mailFrom(.pass, "")], dkim: [DKIMOutcome(.pass, reason: "")])
        #expect(nameless.result == .fail)
    }

    /// A temporary error matters only where the domain could have vouched.
    @Test func temporaryErrorOfAStranger() async {
        let outcome = await evaluate(dkim: [.signed(.temperror, "other.example")])
        #expect(outcome.result == .fail && outcome.disposition == .reject)
    }

    @Test func strict() async {
        let record = "v=DMARC1; p=reject; adkim=s; aspf=s"
        let above = await evaluate(
            record: record, spf: [.mailFrom(.pass, "shop.example")], dkim: [.signed(.pass, "shop.example")])
        #expect(above.result == .fail)
        #expect(
            above.reason
                == "DKIM passed for shop.example, which is not aligned with mail.shop.example; "
                + "SPF passed for shop.example, which is not aligned with mail.shop.example")
        let same = await evaluate(record: record, dkim: [.signed(.pass, "mail.shop.example")])
        #expect(same.result == .pass)
    }

    @Test func policies() async {
        let record = "v=DMARC1; p=reject; sp=none; np=quarantine"
        let below = await evaluate(record: record)
        #expect(below.policyTag == .sp && below.disposition == .none && below.result == .fail)
        let missing = await evaluate(record: record, existing: [])
        #expect(missing.policyTag == .np && missing.disposition == .quarantine)
        let own = await evaluate(.domain(.name("shop.example")), record: record, existing: [])
        #expect(own.policyTag == .p && own.disposition == .reject)
        let npOnly = await evaluate(record: "v=DMARC1; p=none; np=reject")
        #expect(npOnly.policyTag == .p && npOnly.disposition == .none)
        let spForMissing = await evaluate(record: "v=DMARC1; p=none; sp=reject", existing: [])
        #expect(spForMissing.policyTag == .sp && spForMissing.disposition == .reject)
    }

    @Test func testMode() async {
        let reject = await evaluate(record: "v=DMARC1; p=reject; t=y")
        #expect(reject.isTesting && reject.policy == .reject && reject.disposition == .quarantine)
        let quarantine = await evaluate(record: "v=DMARC1; p=quarantine; t=y")
        #expect(quarantine.disposition == .none)
    }

    /// RFC 9989 §5.3.6, §4.10.1.
    @Test func dnsFailures() async {
        let own = await evaluate(failures: ["_dmarc.mail.shop.example": .timeout])
        #expect(own.result == .temperror && own.reason.contains("timeout"))
        let above = await evaluate(failures: ["_dmarc.shop.example": .server(rcode: 2)])
        #expect(above.result == .temperror)
        let signer = await evaluate(
            dkim: [.signed(.pass, "news.shop.example")], failures: ["_dmarc.news.shop.example": .timeout])
        #expect(signer.result == .temperror && signer.disposition == .none)
        let other = await evaluate(
            spf: [.mailFrom(.pass, "mail.shop.example")], dkim: [.signed(.pass, "news.shop.example")],
            failures: ["_dmarc.news.shop.example": .timeout])
        #expect(other.result == .pass)
        let existence = await evaluate(
            record: "v=DMARC1; p=none; np=reject", failures: ["mail.shop.example": .timeout], existing: [])
        #expect(existence.result == .temperror)
        let vouched = await evaluate(
            record: "v=DMARC1; p=none; np=reject", dkim: [.signed(.pass, "mail.shop.example")],
            failures: ["mail.shop.example": .timeout], existing: [])
        #expect(vouched.result == .pass)
    }

    /// Whoever forges the author adds signatures of domains below it, whose DNS does not answer: they fail, so nobody
    /// has to ask, and nothing is temporary about it.
    @Test func brokenSignaturesAskNothing() async {
        let names = (0..<30).map { "lame\($0).shop.example" }
        let failures = Dictionary(uniqueKeysWithValues: names.map { ("_dmarc.\($0)", ResolverFailure.timeout) })
        let forged = names.map { DKIMOutcome.signed(.permerror, $0) }
        let outcome = await evaluate(dkim: forged, failures: failures)
        #expect(outcome.result == .fail && outcome.disposition == .reject)
        #expect(outcome.reason == "DKIM did not pass; no SPF result")
        // They do not use up the identifiers that are compared either.
        let genuine = await evaluate(
            spf: [.mailFrom(.pass, "news.shop.example")], dkim: names.map { .signed(.fail, $0) })
        #expect(genuine.result == .pass && genuine.isSPFAligned)
    }

    /// `_dmarc.` in front makes some names too long for the DNS: there is no record there, and no error either.
    @Test func nameTooLongForTheLabel() async {
        let label = String(repeating: "a", count: 60)
        let name = "\(label).\(label).\(label).\(String(repeating: "b", count: 54)).shop.example"
        #expect(name.utf8.count <= 253 && name.utf8.count > 246)
        let outcome = await evaluate(.domain(.name(name)), existing: [name])
        #expect(outcome.result == .fail && outcome.recordDomain?.text == "shop.example")
    }

    @Test func noRecordOrAUselessOne() async {
        let none = await evaluate(record: "v=spf1 -all", dkim: [.signed(.pass, "mail.shop.example")])
        #expect(none.result == .none && none.recordDomain == nil && none.policy == .none)
        let useless = await evaluate(record: "v=DMARC1; adkim=s", dkim: [.signed(.pass, "mail.shop.example")])
        #expect(useless.result == .none && useless.recordDomain?.text == "shop.example")
        let address = await evaluate(.domain(Domain(canonical: "[192.0.2.1]")))
        #expect(address.result == .none)
    }

    @Test func unreadableAuthors() async {
        let passing = [DKIMOutcome.signed(.pass, "shop.example")]
        for author: DMARCAuthor in [.missing, .repeated(2), .unreadable(reason: "x"), .noDomain] {
            let outcome = await evaluate(author, dkim: passing)
            #expect(outcome.result == .permerror && outcome.author == nil && outcome.disposition == .none)
        }
    }

    /// RFC 9989 §11.5.
    @Test func severalAuthors() async {
        let victim = Domain.name("shop.example")
        let other = Domain.name("other.example")
        let dkim = [DKIMOutcome.signed(.pass, "other.example")]
        let mixed = await evaluate(.several([other, victim]), dkim: dkim)
        #expect(mixed.result == .fail && mixed.author == victim && mixed.disposition == .reject)
        let turned = await evaluate(.several([victim, other]), dkim: dkim)
        #expect(turned.result == .fail && turned.author == victim)
        // One of them without any record: the message has not passed.
        let half = await evaluate(.several([victim, other]), dkim: [.signed(.pass, "shop.example")])
        #expect(half.result == .none)
        let many = await evaluate(
            .several((0..<5).map { .name("a\($0).shop.example") }), dkim: [.signed(.pass, "shop.example")])
        #expect(many.result == .permerror)
        let both = await evaluate(
            .several([victim, .name("www.shop.example")]), dkim: [.signed(.pass, "shop.example")],
            existing: ["www.shop.example"])
        #expect(both.result == .pass)
    }

    /// An attacker's hundred signatures cost no more than the limit, and the good one in front of them still counts.
    @Test func identifiersAreLimited() async {
        var table = FakeResolver()
        table.txt["_dmarc.shop.example"] = ["v=DMARC1; p=reject"]
        let resolver = RecordingResolver(table)
        let dkim = (0..<200).map { DKIMOutcome.signed(.pass, "x\($0).a.b.c.d.e.f.g.h.shop.example.shop.example") }
        var options = DMARCOptions.rfc9989
        options.identifierLimit = 5
        let outcome = await DMARCCheck(resolver: resolver, options: options).evaluate(
            author: .domain(.name("shop.example")), spf: [], dkim: [.signed(.pass, "mail.shop.example")] + dkim)
        #expect(outcome.result == .pass)
        #expect(resolver.texts.count <= 2 + 5 * 8)
        #expect(Set(resolver.texts).count == resolver.texts.count)
    }

    @Test func olderRules() async throws {
        let list = try PublicSuffixList(parsing: "example\nco.example\n")
        let old = DMARCOptions.rfc7489(suffixes: list)
        let passing = [DKIMOutcome.signed(.pass, "news.shop.example")]
        let aligned = await evaluate(dkim: passing, options: old)
        #expect(aligned.result == .pass && aligned.organizationalDomain?.text == "shop.example")
        // Without a list no two names belong together.
        let bare = await evaluate(.domain(.name("shop.example")), dkim: passing, options: .rfc7489(suffixes: nil))
        #expect(bare.result == .fail)
        let below = await evaluate(dkim: passing, options: .rfc7489(suffixes: nil))
        #expect(below.result == .none)
        let np = await evaluate(record: "v=DMARC1; p=none; np=reject", existing: [], options: old)
        #expect(np.policyTag == .p && np.disposition == .none)
    }

    /// RFC 7489 §6.6.4.
    @Test func percentage() async throws {
        var old = DMARCOptions.rfc7489(suffixes: try PublicSuffixList(parsing: "example\n"))
        for (sample, expected) in [(0, DMARCPolicy.reject), (24, .reject), (25, .quarantine), (99, .quarantine)] {
            old.sample = { sample }
            let outcome = await evaluate(record: "v=DMARC1; p=reject; pct=25", options: old)
            #expect(outcome.disposition == expected && outcome.policy == .reject, "\(sample)")
        }
        let new = await evaluate(record: "v=DMARC1; p=reject; pct=0")
        #expect(new.disposition == .reject)
    }
}
