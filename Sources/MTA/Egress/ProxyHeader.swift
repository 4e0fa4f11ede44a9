import Loop
import Mail

/// The header of HAProxy's PROXY protocol, which stands in front of everything else on a connection and tells the
/// proxy where the connection comes from and where it goes (proxy-protocol.txt, sections 2.1 and 2.2). Never `LOCAL`
/// and never `UNKNOWN`: a proxy that is not told the source would choose one itself.
enum ProxyHeader {
    /// Section 2.2: twelve bytes that no other protocol begins with.
    private static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]

    /// Appends the header.
    /// - Throws: `.noHeader` where the two addresses are not of one family, or for another version than 1 and 2.
    static func write(
        version: Int, from source: SocketAddress, to target: SocketAddress, into out: inout Bytes
    ) throws(ProxyFailure) {
        let family = IPFamily(of: target.ip)
        guard IPFamily(of: source.ip) == family else { throw .noHeader }
        switch version {
        case 1: writeText(family, source, target, &out)
        case 2: writeBinary(family, source, target, &out)
        default: throw .noHeader
        }
    }

    private static func writeText(
        _ family: IPFamily, _ source: SocketAddress, _ target: SocketAddress, _ out: inout Bytes
    ) {
        out.append(utf8: family == .v4 ? "PROXY TCP4 " : "PROXY TCP6 ")
        out.append(utf8: "\(source.ip) \(target.ip) \(source.port) \(target.port)\r\n")
    }

    private static func writeBinary(
        _ family: IPFamily, _ source: SocketAddress, _ target: SocketAddress, _ out: inout Bytes
    ) {
        out.append(signature)
        // Version 2, command PROXY.
        out.append(0x21)
        // AF_INET or AF_INET6, over a stream.
        out.append(family == .v4 ? 0x11 : 0x21)
        out.append(0)
        out.append(family == .v4 ? 12 : 36)
        out.append(source.ip.octets)
        out.append(target.ip.octets)
        for port in [source.port, target.port] {
            out.append(UInt8(truncatingIfNeeded: port >> 8))
            out.append(UInt8(truncatingIfNeeded: port))
        }
    }
}
