import Mail
import Testing

@testable import DNSAuth

@Suite struct DNSNameTests {
    @Test func namesAreFoldedAndLoseTheirFinalDot() throws {
        #expect(try DNSName("MX.Example.ORG.").text == "mx.example.org")
        #expect(try DNSName("_25._tcp.mx.example").text == "_25._tcp.mx.example")
        #expect(try DNSName("").text == "")
    }

    @Test(arguments: [
        "a..b", ".", ".a", "a b.example", "a\\.b", "ü.example", "a\u{0}b", "a\nb",
        String(repeating: "a", count: 64) + ".example",
        Array(repeating: String(repeating: "a", count: 63), count: 4).joined(separator: "."),
    ])
    func badNamesAreRefused(_ name: String) {
        #expect(throws: ResolverFailure.badName) { try DNSName(name) }
    }

    @Test func theLongestNamePasses() throws {
        let labels = Array(repeating: String(repeating: "a", count: 63), count: 3) + [String(repeating: "b", count: 61)]
        let name = labels.joined(separator: ".")
        #expect(name.utf8.count == 253)
        var generator = SeededGenerator(seed: 1)
        #expect(try DNSName(name + ".").wire(randomCase: &generator, randomised: false).count == 255)
    }

    @Test func wireFormRoundTrips() throws {
        var generator = SeededGenerator(seed: 7)
        let name = try DNSName("abcdefgh.example.org")
        let plain = name.wire(randomCase: &generator, randomised: false)
        let mixed = name.wire(randomCase: &generator, randomised: true)
        #expect(plain != mixed)
        #expect(read(plain) == name)
        #expect(read(mixed) == name)
        #expect(read([0]) == .root)
        #expect(read([3, 97, 46, 98, 0]) == nil)
        #expect(read([5, 97]) == nil)
        #expect(read([]) == nil)
    }

    private func read(_ wire: [UInt8]) -> DNSName? { DNSName(wire: wire.span) }

    @Test func bailiwick() throws {
        let name = try DNSName("a.b.example")
        #expect(try name.isWithin(DNSName("b.example")))
        #expect(try name.isWithin(DNSName("a.b.example")))
        #expect(name.isWithin(.root))
        #expect(try !name.isWithin(DNSName("xb.example")))
        #expect(try !DNSName("evilb.example").isWithin(DNSName("b.example")))
    }

    @Test func reverseNames() throws {
        #expect(try DNSName.reverse(of: .v4(0xC000_0201)).text == "1.2.0.192.in-addr.arpa")
        // RFC 3596 §2.5, the example.
        #expect(
            try DNSName.reverse(of: .v6(high: 0x4321_0000_0001_0002, low: 0x0003_0004_0567_89AB)).text
                == "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa")
    }
}
