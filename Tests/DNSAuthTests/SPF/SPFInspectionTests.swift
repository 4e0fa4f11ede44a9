import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// What `martlet dns` says of a policy.
@Suite struct SPFInspectionTests {
    private func inspect(_ dns: FakeResolver) async -> SPFTree {
        await SPFInspection(resolver: dns, time: VirtualTime()).inspect(Domain(canonical: "a.example"))
    }

    @Test func aTreeWithItsCounts() async {
        var dns = FakeResolver()
        dns.txt["a.example"] = ["v=spf1 a include:b.example include:c.example exists:%{i}.x.example ~all"]
        dns.addresses["a.example"] = [.v4(1)]
        dns.txt["b.example"] = ["v=spf1 mx:gone.example redirect=d.example"]
        dns.txt["c.example"] = ["v=spf1 ip4:192.0.2.0/24 ?all"]
        dns.txt["d.example"] = ["v=spf1 ptr -all moo"]
        let tree = await inspect(dns)
        // a, two includes, exists; mx and redirect; ptr.
        #expect(tree.lookups == 7 && tree.voidLookups == 1)
        #expect(tree.root.children.map(\.domain) == ["b.example", "c.example"])
        #expect(tree.root.children.map(\.term) == ["include:b.example", "include:c.example"])
        #expect(tree.root.children.map(\.lookups) == [3, 0])
        #expect(tree.root.children[0].children.map(\.term) == ["redirect=d.example"])
        #expect(tree.findings.map(\.kind) == [.syntax, .dependsOnMessage, .findsNothing, .usesPTR])
        #expect(tree.findings.map(\.domain) == ["d.example", "a.example", "b.example", "d.example"])
        #expect(tree.findings[0].offset == 16 && !tree.isUsable)
        #expect(tree.root.children[1].record == "v=spf1 ip4:192.0.2.0/24 ?all")
    }

    @Test func tooManyLookups() async {
        var dns = FakeResolver()
        dns.txt["a.example"] = ["v=spf1 include:b.example include:c.example -all"]
        for name in ["b.example", "c.example"] {
            dns.addresses[name] = [.v4(1)]
            dns.txt[name] = ["v=spf1 a a a a a -all"]
        }
        let tree = await inspect(dns)
        #expect(tree.lookups == 12 && tree.findings.map(\.kind) == [.tooManyLookups])
        // What it foretells is what happens.
        let outcome = await SPFCheck(resolver: dns, time: VirtualTime()).check(
            .mailFrom, client: .v4(2), helo: "h", sender: Mailbox("u@a.example"))
        #expect(outcome.result == .permerror)
    }

    @Test(arguments: [
        ([], [SPFFinding.Kind.noRecord]), (["v=spf1 -all", "v=spf1 -all"], [.severalRecords]),
        (["v=spf1 +all"], [.passesEveryone]), (["v=spf1 ip4:0.0.0.0/0 -all"], [.passesEveryone]),
        (["v=spf1 ip4:192.0.2.1"], [.endsOpen]), (["v=spf1 -all mx"], [.unreachable]),
        (["v=spf1 -all redirect=b.example"], [.unreachable]), (["spf2.0/pra -all", "v=spf1 -all"], [.senderID]),
        (["v=spf1 include:a.example -all"], [.loop]), (["v=spf1 include:b.example -all"], [.noRecord]),
        (["v=spf1 redirect=t.example"], [.noAnswer]), (["v=spf1 a:t.example -all"], [.noAnswer]),
        (
            ["v=spf1 a:1.example a:2.example a:3.example -all"],
            [.tooManyVoidLookups, .findsNothing, .findsNothing, .findsNothing]
        ),
        (["v=spf1 mx -all"], [.tooManyMX]), (["v=spf1 ip4:1.2.3 -all"], [.syntax]),
        (["v=spf1 a:b..example -all"], [.findsNothing]),
    ])
    func findings(records: [String], kinds: [SPFFinding.Kind]) async {
        var dns = FakeResolver()
        dns.txt["a.example"] = records
        dns.mx["a.example"] = (0..<11).map { MXRecord(preference: $0, exchange: "mx\($0).example") }
        dns.failures["t.example"] = .timeout
        #expect(await inspect(dns).findings.map(\.kind) == kinds)
    }

    @Test func aLongRecordIsNoted() async {
        var dns = FakeResolver()
        dns.txt["a.example"] = ["v=spf1" + String(repeating: " ip4:192.0.2.1", count: 40) + " -all"]
        #expect(await inspect(dns).findings.map(\.kind) == [.longRecord])
    }

    /// Records that include each other, three each: without a bound that would be 3^12 questions.
    @Test func aForestIsBounded() async {
        var dns = FakeResolver()
        for level in 0..<14 {
            for twig in 0..<3 {
                let next = (0..<3).map { "include:l\(level + 1)-\($0).example" }.joined(separator: " ")
                dns.txt["l\(level)-\(twig).example"] = ["v=spf1 \(next) -all"]
            }
        }
        dns.txt["a.example"] = ["v=spf1 include:l0-0.example include:l0-1.example -all"]
        let counting = RecordingResolver(dns)
        let tree = await SPFInspection(resolver: counting, time: VirtualTime()).inspect(
            Domain(canonical: "a.example"))
        #expect(counting.count <= 100)
        #expect(tree.findings.contains { $0.kind == .tooLarge } && tree.lookups > 10)
    }
}
