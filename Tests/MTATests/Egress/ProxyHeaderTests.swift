import Loop
import Mail
import Testing

@testable import MTA

@Suite struct ProxyHeaderTests {
    private static let four = (
        SocketAddress(ip: .v4(0xC000_0201), port: 4_000), SocketAddress(ip: .v4(0xC633_6419), port: 25)
    )
    private static let six = (
        SocketAddress(ip: .v6(high: 0x2001_0DB8_0000_0000, low: 1), port: 4_000),
        SocketAddress(ip: .v6(high: 0x2001_0DB8_0000_0000, low: 2), port: 25)
    )

    private static func write(
        _ version: Int, _ addresses: (SocketAddress, SocketAddress)
    ) throws(ProxyFailure) -> [UInt8] {
        var out = Bytes()
        try ProxyHeader.write(version: version, from: addresses.0, to: addresses.1, into: &out)
        return out.copy()
    }

    /// The examples of proxy-protocol.txt, section 2.1.
    @Test func versionOneIsALineOfText() throws {
        #expect(try Self.write(1, Self.four) == Array("PROXY TCP4 192.0.2.1 198.51.100.25 4000 25\r\n".utf8))
        #expect(try Self.write(1, Self.six) == Array("PROXY TCP6 2001:db8::1 2001:db8::2 4000 25\r\n".utf8))
    }

    @Test func versionTwoIsBinary() throws {
        let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]
        let ports: [UInt8] = [0x0F, 0xA0, 0, 25]
        #expect(
            try Self.write(2, Self.four) == signature + [0x21, 0x11, 0, 12, 192, 0, 2, 1, 198, 51, 100, 25] + ports)
        let addresses = Self.six.0.ip.octets + Self.six.1.ip.octets
        #expect(try Self.write(2, Self.six) == signature + [0x21, 0x21, 0, 36] + addresses + ports)
    }

    @Test func neverLeavesTheSourceOut() {
        for version in [1, 2] {
            #expect(throws: ProxyFailure.noHeader) { try Self.write(version, (Self.four.0, Self.six.1)) }
            #expect(throws: ProxyFailure.noHeader) { try Self.write(version, (Self.six.0, Self.four.1)) }
        }
        for version in [-1, 0, 3] { #expect(throws: ProxyFailure.noHeader) { try Self.write(version, Self.four) } }
    }
}
