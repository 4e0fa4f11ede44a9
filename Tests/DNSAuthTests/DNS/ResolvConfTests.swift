import Loop
import Testing

@testable import DNSAuth

@Suite struct ResolvConfTests {
    @Test func serversAndOptions() {
        let file = ResolvConf(
            """
            # comment
            search example.org
            nameserver 192.0.2.1
            nameserver\t2001:db8::1
            nameserver not-an-address
            options edns0 timeout:7 attempts:4 trust-ad ndots:2
            """)
        #expect(file.servers == [SocketAddress("192.0.2.1:53"), SocketAddress("[2001:db8::1]:53")].compactMap { $0 })
        #expect(file.timeout == .seconds(7))
        #expect(file.attempts == 4)
        #expect(file.trustAD)
    }

    @Test func withoutServersTheLocalHostIsAsked() {
        let options = ResolverOptions.system(ResolvConf(""))
        #expect(options.servers == [SocketAddress("127.0.0.1:53")].compactMap { $0 })
        #expect(!options.trustAD)
        #expect(ResolvConf.read(path: "/nonexistent/resolv.conf").servers.isEmpty)
    }

    @Test func nonsenseIsBounded() {
        let file = ResolvConf(
            "options timeout:999999 attempts:-5\r\n" + String(repeating: "nameserver 192.0.2.1\n", count: 100))
        #expect(file.timeout == .seconds(30))
        #expect(file.attempts == 1)
        #expect(file.servers.count == 8)
    }
}
