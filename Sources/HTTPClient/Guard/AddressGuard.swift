package import Mail

/// Which addresses a request on behalf of strangers may go to: global unicast only. A name that they control may point
/// anywhere, to this machine, its neighbours and the metadata service of a cloud too.
package struct AddressGuard: Sendable {
    private let allowsLoopback: Bool
    private let allowed: [IPNetwork]

    package init(allowsLoopback: Bool = false, allowed: [IPNetwork] = []) {
        self.allowsLoopback = allowsLoopback
        self.allowed = allowed
    }

    package func permits(_ address: IPAddress) -> Bool {
        if allowed.contains(where: { $0.contains(address) }) { return true }
        switch address {
        case .v4(let value): return permits(v4: value)
        case .v6(let high, let low): return permits(high: high, low: low)
        }
    }

    private func permits(v4 value: UInt32) -> Bool {
        let address = IPAddress.v4(value)
        if allowed.contains(where: { $0.contains(address) }) { return true }
        if value >> 24 == 127 { return allowsLoopback }
        return !Self.refused4.contains { $0.contains(address) }
    }

    /// Addresses that carry an IPv4 address are judged by it: a translator or relay on the way would go there.
    private func permits(high: UInt64, low: UInt64) -> Bool {
        if high == 0, low == 1 { return allowsLoopback }
        // RFC 4291 §2.5.5.2: IPv4-mapped.
        if high == 0, low >> 32 == 0xFFFF { return permits(v4: UInt32(truncatingIfNeeded: low)) }
        // RFC 6052 §2.1: the well-known prefix of NAT64.
        if high == 0x0064_FF9B_0000_0000, low >> 32 == 0 { return permits(v4: UInt32(truncatingIfNeeded: low)) }
        // RFC 3056 §2: 6to4.
        if high >> 48 == 0x2002 { return permits(v4: UInt32(truncatingIfNeeded: high >> 16)) }
        // RFC 4291 §2.4: everything else that is global lies in 2000::/3. That leaves out link-local, unique local,
        // multicast, IPv4-compatible and local NAT64 addresses.
        guard high >> 61 == 1 else { return false }
        let address = IPAddress.v6(high: high, low: low)
        return !Self.refused6.contains { $0.contains(address) }
    }

    /// RFC 6890 §2.2.2 and the IANA registry of special-purpose addresses after it: what is not global.
    private static let refused4: [IPNetwork] = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    ].compactMap { IPNetwork($0) }

    /// The same for 2000::/3: Teredo and the other protocol assignments, documentation.
    private static let refused6: [IPNetwork] = ["2001::/23", "2001:db8::/32", "3fff::/20"].compactMap { IPNetwork($0) }
}
