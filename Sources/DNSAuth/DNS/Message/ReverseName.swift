import Mail

extension DNSName {
    /// The name that PTR records of an address stand under (RFC 1035 §3.5, RFC 3596 §2.5).
    static func reverse(of address: IPAddress) throws(ResolverFailure) -> DNSName {
        switch address {
        case .v4(let word):
            let octets = (0..<4).map { String(UInt8(truncatingIfNeeded: word >> UInt32($0 * 8))) }
            return try DNSName(octets.joined(separator: ".") + ".in-addr.arpa")
        case .v6(let high, let low):
            var text = ""
            for word in [low, high] {
                for nibble in 0..<16 {
                    text += String(UInt8(truncatingIfNeeded: word >> UInt64(nibble * 4)) & 15, radix: 16) + "."
                }
            }
            return try DNSName(text + "ip6.arpa")
        }
    }
}
