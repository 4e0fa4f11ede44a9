import Foundation
import Mail
import Testing

@testable import DNSAuth

/// A signed zone behind a validating resolver: what DNSSEC vouches for is marked, what is broken is not an answer.
@Suite(.timeLimit(.minutes(1))) struct ValidatingServerTests {
    private let zone = """
        $ORIGIN signed.example.
        $TTL 300
        @ SOA ns hostmaster 1 3600 900 604800 60
        @ NS ns
        ns A 127.0.0.1
        @ MX 10 mx1
        mx1 A 192.0.2.1
        away CNAME mail.example.
        _25._tcp.mx1 TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
        broken MX 10 mx1

        """

    @Test func authenticatedAnswers() async throws {
        let test = "DNSSEC through a validating resolver"
        guard let nsd = Tool.find("nsd", for: test), let unbound = Tool.find("unbound", for: test),
            let keygen = Tool.find("ldns-keygen", for: test), let signzone = Tool.find("ldns-signzone", for: test)
        else { return }
        let folder = try TemporaryFolder()
        try folder.write(TestZones.mail, to: "mail.example.zone")
        try folder.write(zone, to: "signed.zone")
        let key = try Tool.run(keygen, ["-k", "-a", "ECDSAP256SHA256", "signed.example"], in: folder.url)
        let base = key.output.trimmingCharacters(in: .whitespacesAndNewlines)
        try #require(key.status == 0 && !base.isEmpty, "\(key.errors)")
        let signed = try Tool.run(signzone, ["-f", "signed.zone.signed", "signed.zone", base], in: folder.url)
        try #require(signed.status == 0, "\(signed.errors)")
        // One record changed after signing: its signature no longer holds.
        let file = folder.url.appending(path: "signed.zone.signed")
        var text = try String(contentsOf: file, encoding: .utf8)
        text = text.replacing(
            "broken.signed.example.\t300\tIN\tMX\t10 mx1", with: "broken.signed.example.\t300\tIN\tMX\t11 mx1")
        #expect(text.contains("MX\t11 mx1"))
        try text.write(to: file, atomically: true, encoding: .utf8)

        let server = try AuthoritativeServer(
            nsd: nsd,
            zones: [("mail.example", folder.url.appending(path: "mail.example.zone")), ("signed.example", file)],
            folder: folder)
        let validator = try ValidatingServer(
            unbound: unbound, behind: server, zones: ["mail.example", "signed.example"],
            anchor: folder.url.appending(path: "\(base).key"))
        let live = try LiveResolver(validator.address, trustAD: true)
        defer { live.stop() }
        try await live.waitUntilServed("mail.example")
        try await live.waitUntilServed("signed.example")
        let resolver = live.resolver

        #expect(try await resolver.mx("signed.example").isAuthenticated)
        let tlsa = try await resolver.tlsa("_25._tcp.mx1.signed.example")
        #expect(tlsa.status == .found && tlsa.isAuthenticated)
        let none = try await resolver.tlsa("_25._tcp.mx2.signed.example")
        #expect(none.status == .nonexistent && none.isAuthenticated, "proof of absence")
        // AAAA is absent; only the family that has addresses has to be signed, and it is.
        #expect(try await resolver.addresses("mx1.signed.example").isAuthenticated)
        let plain = try await resolver.mx("mail.example")
        #expect(plain.status == .found && !plain.isAuthenticated)
        let away = try await resolver.mx("away.signed.example")
        #expect(away.status == .found && !away.isAuthenticated, "leads out of the signed zone")
        // RFC 4035 §5.5: a bogus answer is SERVFAIL.
        await #expect(throws: ResolverFailure.server(rcode: 2)) { try await resolver.mx("broken.signed.example") }

        let distrustful = try LiveResolver(validator.address)
        defer { distrustful.stop() }
        let same = try await distrustful.resolver.mx("signed.example")
        #expect(same.status == .found && !same.isAuthenticated)
    }
}
