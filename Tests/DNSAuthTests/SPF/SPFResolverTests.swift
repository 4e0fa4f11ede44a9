import Foundation
import Glibc
import Loop
import Mail
import Testing

@testable import DNSAuth

/// A chain of includes from a real name server, NSD, through the engine's resolver.
@Suite(.timeLimit(.minutes(2))) struct SPFResolverTests {
    private static let zone = """
        $ORIGIN spf.example.
        $TTL 3600
        @ SOA ns hostmaster 1 3600 900 604800 60
        @ NS ns
        ns A 127.0.0.1
        @ MX 10 mx
        @ TXT "v=spf1 include:i1.spf" ".example -all"
        i1 TXT "v=spf1 ip4:198.51.100.0/26 ip4:198.51.100.64/26 include:i2.spf.example ~all"
        i2 TXT "v=spf1 ip4:198.51.100.128/26 ip6:2001:db8:1::/48 include:i3.spf.example ~all"
        i3 TXT "v=spf1 a:gone.spf.example mx:spf.example include:i4.spf.example ~all"
        i4 TXT "v=spf1 ip4:203.0.113.0/28 ip4:203.0.113.16/28 include:i5.spf.example ~all"
        i5 TXT "v=spf1 a:out.spf.example/28 exists:%{ir}.list.spf.example -all"
        mx A 192.0.2.10
        out A 192.0.2.33
        out AAAA 2001:db8::33
        5.2.0.192.list A 127.0.0.2

        """

    @Test func aSecondEvaluationCostsNoPacket() async throws {
        guard let nsd = Tool.find("nsd", for: "SPF through a real name server") else { return }
        let folder = try TemporaryFolder()
        try folder.write(Self.zone, to: "spf.zone")
        let server = try AuthoritativeServer(
            nsd: nsd, zones: [("spf.example", folder.url.appending(path: "spf.zone"))], folder: folder)
        let live = try LiveResolver(server.address)
        defer { live.stop() }
        try await live.waitUntilServed("spf.example")
        let before = live.resolver.counts
        let spf = SPFCheck(resolver: live.resolver, time: live.loop.time)
        let sender = Mailbox("user@spf.example")
        let client = try #require(IPAddress("192.0.2.40"))

        let first = await spf.check(.mailFrom, client: client, helo: "mx.spf.example", sender: sender)
        #expect(first.result == .pass && first.mechanism == "include:i1.spf.example", "\(first.reason)")
        #expect(first.lookups == 8 && first.voidLookups == 1)
        let after = live.resolver.counts
        // TXT of six names, A of gone, mx and out; MX of the domain is known from waiting. No AAAA for an IPv4 client.
        #expect(after.datagrams - before.datagrams == 9 && after.streams == before.streams)

        let second = await spf.check(.mailFrom, client: client, helo: "mx.spf.example", sender: sender)
        #expect(second == first)
        #expect(live.resolver.counts.datagrams == after.datagrams, "a cached chain costs no packet")
        #expect(live.resolver.counts.misses == after.misses)

        // Another client of the other family asks for AAAA alone, and of the list for A.
        let six = await spf.check(
            .mailFrom, client: .v6(high: 0x2001_0db8_0000_0000, low: 0x34), helo: "h", sender: sender)
        #expect(six.result == .fail && live.resolver.counts.datagrams - after.datagrams == 4)
        let listed = await spf.check(
            .mailFrom, client: try #require(IPAddress("192.0.2.5")), helo: "h", sender: sender)
        #expect(listed.result == .pass)

        let rounds = 2_000
        let start = Self.threadSeconds
        for _ in 0..<rounds { _ = await spf.check(.mailFrom, client: client, helo: "h", sender: sender) }
        let micros = (Self.threadSeconds - start) / Double(rounds) * 1_000_000
        let chain = "a cached chain of five includes, 8 look-ups"
        print("SPF: \(Int(micros)) microseconds of CPU for \(chain) (\(Self.build) build)")
    }

    private static var threadSeconds: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static var build: String {
        #if DEBUG
        "debug"
        #else
        "release"
        #endif
    }
}
