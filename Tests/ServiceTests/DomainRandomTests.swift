import Mail
import MartletTesting
import Testing

@testable import Service

/// Whatever strangers publish, a check ends with well-formed findings and a zone text that can be pasted.
@Suite struct DomainRandomTests {
    private static let name = Domain(canonical: "shop.example")
    private static let host = "mx.martlet.example"

    /// SplitMix64: the same worlds every time.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private static let pieces = [
        "v=spf1", " ", "a:mx.martlet.example", "include:shop.example", "redirect=shop.example", "-all", "~all", "mx",
        "ptr",
        "exists:%{i}.x.example", "ip4:192.0.2.0/24", "ip6:::/0", "v=DKIM1", "; ", "k=rsa", "k=ed25519", "p=", "MIIB",
        "t=y", "t=s", "h=sha1", "s=email", "v=DMARC1", "p=none", "p=reject", "rua=mailto:a@b.example", "np=", "psd=y",
        "v=TLSRPTv1", "rua=https://x.example/", "\"", "\\", "\n", "\r\n", "\u{0}", "\u{7F}", "é", "😀", "=", ",", "%{",
        "mt202701r", String(repeating: "x", count: 300),
    ]

    private static func text(_ dice: inout Dice) -> String {
        (0..<Int.random(in: 0...12, using: &dice)).map { _ in pieces.randomElement(using: &dice) ?? "" }.joined()
    }

    private static func world(_ dice: inout Dice) -> FakeResolver {
        var dns = FakeResolver()
        let names = [
            "shop.example", "_dmarc.shop.example", "_dmarc.example", "_smtp._tls.shop.example", "bounces.shop.example",
            "track.shop.example", host, "mt202701r._domainkey.shop.example", "mt202701e._domainkey.shop.example",
            "x.example",
        ]
        func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &dice) < percent }
        for name in names {
            if chance(70) { dns.txt[name] = (0..<Int.random(in: 1...3, using: &dice)).map { _ in text(&dice) } }
            if chance(30) {
                dns.mx[name] = [
                    MXRecord(preference: 1, exchange: chance(20) ? "" : names.randomElement(using: &dice) ?? "")
                ]
            }
            if chance(50) { dns.addresses[name] = chance(50) ? [DomainRig.source] : [.v6(high: 1, low: 2), .v4(3)] }
            if chance(15) { dns.cname[name] = names.randomElement(using: &dice) }
            if chance(8) { dns.failures[name] = [.timeout, .server(rcode: 5), .malformed].randomElement(using: &dice) }
        }
        if chance(70) { dns.ptr[DomainRig.source] = [chance(50) ? host : text(&dice)] }
        return dns
    }

    @Test func `Two thousand worlds of nonsense`() async throws {
        var dice = Dice(state: 2_026)
        var setup = SendingSetup(hostname: Self.host)
        setup.returnPathLabel = "bounces"
        setup.trackingLabel = "track"
        let (loop, now) = (SimulatedLoop(), WallTime(milliseconds: 1_798_761_600_000))
        var domain = SendingDomain(
            id: UUIDv7(at: now, random: (0, 1)), tenant: UUIDv7(at: now, random: (0, 2)), name: Self.name,
            status: .pending,
            dkim: [
                DKIMKey(
                    selector: "mt202701r", algorithm: .rsaSHA256, privateKey: [], publicKey: [0x30, 0x82, 0x01],
                    createdAt: now),
                DKIMKey(
                    selector: "mt202701e", algorithm: .ed25519SHA256, privateKey: [], publicKey: [1, 2, 3],
                    state: .publishedPending, createdAt: now),
            ], createdAt: now)
        var findings: [DomainFinding] = []
        var statuses: Set<DomainFinding.Status> = []
        for number in 0..<2_000 {
            let (world, asked) = (Self.world(&dice), domain)
            let checker = DomainChecker(setup: setup, resolver: world, time: loop.time, executor: loop)
            let found = try await loop.run { _ in await checker.check(asked) }
            #expect(
                found.map(\.subject) == [
                    .spf, .dkim(selector: "mt202701r"), .dkim(selector: "mt202701e"), .dmarc, .mx, .returnPath,
                    .tracking, .reverse, .tlsReports,
                ])
            let step = DomainProgress(options: DomainCheckOptions()).step(
                domain, previous: findings, found: found, at: now + .seconds(number * 3_600), draw: 0.5)
            (domain, findings) = (step.domain, step.findings)
            #expect((0...100).contains(domain.score ?? -1))
            #expect(domain.nextCheck > now + .seconds(number * 3_600))
            #expect(domain.dkim.contains { $0.state == .active }, "something always signs")
            for finding in findings {
                statuses.insert(finding.status)
                #expect((0...100).contains(finding.merit))
                #expect(finding.status == .ok || !finding.advice.isEmpty, "\(finding)")
                #expect(finding.published.count <= 10)
                #expect(!finding.advice.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }, "\(finding)")
            }
            let zone = ZoneText.of(DNSAdvice(setup).records(for: domain, findings: findings), for: Self.name)
            #expect(zone.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0A || $0 == 0x09 })
            for line in zone.split(separator: "\n") where !line.hasPrefix(";") && !line.hasPrefix("$") {
                #expect(line.split(separator: "\t").count == 4, "\(line)")
            }
        }
        #expect(statuses == Set(DomainFinding.Status.allCases), "the worlds are varied enough")
    }
}
