import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// RFC 9989 §4.10 and Appendix B.4.
@Suite struct DMARCWalkTests {
    private func walk(_ name: String, _ txt: [String: String]) async throws -> (walk: DMARCWalk, asked: [String]) {
        let resolver = RecordingResolver(txt: txt.mapValues { [$0] })
        let walk = try await DMARCDiscovery(resolver: resolver).walk(from: .name(name))
        return (walk, resolver.texts.map { String($0.dropFirst("_dmarc.".count)) })
    }

    @Test func eightQuestionsForALongName() {
        let targets = DMARCWalk.targets(from: .name("a.b.c.d.e.f.g.h.i.j.mail.example.com")).map(\.text)
        #expect(
            targets == [
                "a.b.c.d.e.f.g.h.i.j.mail.example.com", "g.h.i.j.mail.example.com", "h.i.j.mail.example.com",
                "i.j.mail.example.com", "j.mail.example.com", "mail.example.com", "example.com", "com",
            ])
    }

    @Test(arguments: [
        ("com", 1), ("example.com", 2), ("a.b.c.d.e.f.g", 7), ("a.b.c.d.e.f.g.h", 8), ("a.b.c.d.e.f.g.h.i", 8),
        ("[192.0.2.1]", 0),
    ])
    func numberOfQuestions(_ name: String, _ count: Int) {
        #expect(DMARCWalk.targets(from: .name(name)).count == count)
    }

    /// B.4.1
    @Test func simpleOrganization() async throws {
        let zone = ["_dmarc.example.com": "v=DMARC1; p=reject", "_dmarc.signing.example.com": "v=DMARC1; p=reject"]
        let author = try await walk("example.com", zone)
        #expect(author.asked == ["example.com", "com"])
        #expect(author.walk.organizationalDomain.text == "example.com")
        let signer = try await walk("signing.example.com", zone)
        #expect(signer.asked == ["signing.example.com", "example.com", "com"])
        #expect(signer.walk.organizationalDomain.text == "example.com")
    }

    /// B.4.2
    @Test func deepWalk() async throws {
        let zone = ["_dmarc.example.com": "v=DMARC1; p=reject", "_dmarc.signing.example.com": "v=DMARC1; p=reject"]
        let author = try await walk("a.b.c.d.e.f.g.h.i.j.k.example.com", zone)
        #expect(author.asked.count == 8)
        #expect(author.walk.organizationalDomain.text == "example.com")
        #expect(author.walk.policyRecord?.domain.text == "example.com")
        let resolver = RecordingResolver(txt: zone.mapValues { [$0] })
        let outcome = await DMARCCheck(resolver: resolver).evaluate(
            author: .domain(.name("a.b.c.d.e.f.g.h.i.j.k.example.com")), spf: [.mailFrom(.pass, "example.com")],
            dkim: [.signed(.pass, "signing.example.com")])
        #expect(outcome.result == .pass && outcome.isSPFAligned && outcome.isDKIMAligned)
        #expect(outcome.recordDomain?.text == "example.com")
    }

    /// B.4.3
    @Test func publicSuffixDomain() async throws {
        let zone = [
            "_dmarc.bank.example": "v=DMARC1; p=reject; psd=y; rua=mailto:a@bank.example",
            "_dmarc.giant.bank.example": "v=DMARC1; p=quarantine",
        ]
        let author = try await walk("giant.bank.example", zone)
        #expect(author.asked == ["giant.bank.example", "bank.example"])
        #expect(author.walk.organizationalDomain.text == "giant.bank.example")
        let sender = try await walk("mail.giant.bank.example", zone)
        #expect(sender.asked == ["mail.giant.bank.example", "giant.bank.example", "bank.example"])
        #expect(sender.walk.organizationalDomain.text == "giant.bank.example")
        let signer = try await walk("mail.mega.bank.example", zone)
        #expect(signer.walk.organizationalDomain.text == "mega.bank.example")
        let resolver = RecordingResolver(txt: zone.mapValues { [$0] })
        let outcome = await DMARCCheck(resolver: resolver).evaluate(
            author: .domain(.name("giant.bank.example")), spf: [.mailFrom(.pass, "mail.giant.bank.example")],
            dkim: [.signed(.pass, "mail.mega.bank.example")])
        #expect(outcome.result == .pass && outcome.isSPFAligned && !outcome.isDKIMAligned)
        #expect(outcome.recordDomain?.text == "giant.bank.example")
    }

    /// The three examples at the end of §4.10.2.
    @Test func fewestLabelsAndPSD() async throws {
        let high = try await walk(
            "a.mail.example.com",
            ["_dmarc.mail.example.com": "v=DMARC1; p=none", "_dmarc.example.com": "v=DMARC1; p=none"])
        #expect(high.walk.organizationalDomain.text == "example.com")
        let own = try await walk(
            "a.mail.example.com",
            ["_dmarc.mail.example.com": "v=DMARC1; p=none; psd=n", "_dmarc.example.com": "v=DMARC1; p=none"])
        #expect(own.walk.organizationalDomain.text == "mail.example.com")
        #expect(own.asked == ["a.mail.example.com", "mail.example.com"])
        let registry = try await walk("a.mail.example.com", ["_dmarc.com": "v=DMARC1; p=none; psd=y"])
        #expect(registry.walk.organizationalDomain.text == "example.com")
    }

    /// One label below a registry that the jump from twelve labels to seven landed on.
    @Test func oneLabelBelowBehindTheJump() async throws {
        let name = "a.b.c.d.e.f.g.h.i.j.k.com"
        let jump = try await walk(name, ["_dmarc.f.g.h.i.j.k.com": "v=DMARC1; p=none; psd=y"])
        #expect(jump.asked == [name, "f.g.h.i.j.k.com"])
        #expect(jump.walk.organizationalDomain.text == "e.f.g.h.i.j.k.com")
    }

    /// §4.10.2 rule 2 leaves out the record where the walk began: a registry's own mail.
    @Test func registryAsAuthor() async throws {
        let own = try await walk("bank.example", ["_dmarc.bank.example": "v=DMARC1; p=reject; psd=y"])
        #expect(own.walk.organizationalDomain.text == "bank.example")
        #expect(own.walk.policyRecord?.domain.text == "bank.example")
    }

    /// §4.10.1: the author's own record before that of the organization.
    @Test func ownRecordFirst() async throws {
        let both = try await walk(
            "mail.shop.example",
            ["_dmarc.mail.shop.example": "v=DMARC1; p=none", "_dmarc.shop.example": "v=DMARC1; p=reject"])
        #expect(both.walk.policyRecord?.domain.text == "mail.shop.example")
        #expect(both.walk.organizationalDomain.text == "shop.example")
    }

    @Test func withoutRecordsTheStartIsTheOrganization() async throws {
        let none = try await walk("a.b.example", ["_dmarc.example": "v=spf1 -all"])
        #expect(none.walk.organizationalDomain.text == "a.b.example")
        #expect(none.walk.policyRecord == nil)
    }

    /// §4.10.1: the registry's record only where the organization has none.
    @Test func policyOfTheRegistry() async throws {
        let zone = ["_dmarc.example": "v=DMARC1; p=reject; sp=quarantine; psd=y"]
        let found = try await DMARCDiscovery(resolver: RecordingResolver(txt: zone.mapValues { [$0] }))
            .find(for: .name("a.shop.example"))
        #expect(found?.domain.text == "example")
        #expect(found?.organizationalDomain?.text == "shop.example")
        #expect(found?.policy == .quarantine && found?.tag == .sp)
    }
}
