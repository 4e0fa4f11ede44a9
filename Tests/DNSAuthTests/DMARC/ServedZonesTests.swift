import Foundation
import Loop
import Mail
import Testing

@testable import DNSAuth

/// DMARC over a real name server: what a table cannot show is how a server tells a missing name from an empty one.
@Suite(.timeLimit(.minutes(1))) struct ServedZonesTests {
    private static let zone = """
        $ORIGIN shop.example.
        $TTL 300
        @ SOA ns hostmaster 1 3600 900 604800 60
        @ NS ns
        @ MX 10 mx
        @ TXT "v=spf1 mx -all"
        ns A 127.0.0.1
        mx A 192.0.2.1
        _dmarc TXT "v=DMARC1; p=reject; sp=none; " "np=quarantine; rua=mailto:a@shop.example"
        news A 192.0.2.2
        _dmarc.two TXT "v=DMARC1; p=none"
        _dmarc.two TXT "v=DMARC1; p=reject"
        _dmarc.alias CNAME _dmarc.shop.example.
        _smtp._tls TXT "v=TLSRPTv1; rua=mailto:tls@shop.example"

        """

    @Test func existingAndMissingAuthors() async throws {
        guard let nsd = Tool.find("nsd", for: "DMARC over a real name server") else { return }
        let folder = try TemporaryFolder()
        try folder.write(Self.zone, to: "shop.zone")
        try folder.write("$ORIGIN example.\n$TTL 60\n@ SOA ns.shop h 1 2 3 4 5\n@ NS ns.shop\n", to: "example.zone")
        let server = try AuthoritativeServer(
            nsd: nsd,
            zones: [
                ("shop.example", folder.url.appending(path: "shop.zone")),
                ("example", folder.url.appending(path: "example.zone")),
            ], folder: folder)
        let live = try LiveResolver(server.address)
        defer { live.stop() }
        try await live.waitUntilServed("shop.example")
        let check = DMARCCheck(resolver: live.resolver)
        func evaluate(_ author: String, dkim: [DKIMOutcome] = []) async -> DMARCOutcome {
            await check.evaluate(author: .domain(.name(author)), spf: [], dkim: dkim)
        }

        let own = await evaluate("shop.example")
        #expect(own.result == .fail && own.disposition == .reject && own.policyTag == .p)
        let existing = await evaluate("news.shop.example")
        #expect(existing.policyTag == .sp && existing.disposition == .none)
        let missing = await evaluate("nowhere.shop.example")
        #expect(missing.policyTag == .np && missing.disposition == .quarantine)
        // RFC 8020 §2: a name with names below it exists; the two records there are none.
        let between = await evaluate("two.shop.example")
        #expect(between.policyTag == .sp && between.recordDomain?.text == "shop.example")
        let alias = await evaluate("alias.shop.example")
        #expect(alias.recordDomain?.text == "alias.shop.example" && alias.policyTag == .p)
        let deep = await evaluate("a.b.c.d.e.f.g.h.i.shop.example", dkim: [.signed(.pass, "news.shop.example")])
        #expect(deep.result == .pass && deep.organizationalDomain?.text == "shop.example")

        // Everything again costs no packet.
        let queries = live.resolver.counts.datagrams
        _ = await evaluate("nowhere.shop.example")
        #expect(live.resolver.counts.datagrams == queries)

        let report = await DomainInspection(
            resolver: live.resolver, sts: NoMTASTS(), time: live.loop.time
        ).inspect(.name("shop.example"))
        #expect(report.section(.mx)?.level == .ok && report.section(.spf)?.level == .ok)
        #expect(report.section(.tlsReports)?.level == .ok)
        #expect(report.section(.dmarc)?.summary == "p=reject")
    }
}
