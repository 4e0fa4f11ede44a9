import Loop
import Mail
import Testing

@Suite("Socket addresses")
struct SocketAddressTests {
    @Test("text and back", arguments: ["127.0.0.1:25", "0.0.0.0:0", "[::1]:587", "[2001:db8::1]:65535", "[::]:0"])
    func roundTrip(text: String) {
        #expect(SocketAddress(text)?.description == text)
    }

    @Test(
        "not an address",
        arguments: [
            "", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:25", "[::1]", "[127.0.0.1]:25",
            "localhost:25", "[]:25", "1.2.3:25", "[::1:25", " 127.0.0.1:25", "[fe80::1%eth0]:25",
        ])
    func refused(text: String) {
        #expect(SocketAddress(text) == nil)
    }

    @Test("the number is in the order in which it is written")
    func order() {
        #expect(SocketAddress("1.2.3.4:5")?.ip == .v4(0x0102_0304))
        #expect(SocketAddress("[2001:db8::7]:5")?.ip == .v6(high: 0x2001_0DB8_0000_0000, low: 7))
    }
}
