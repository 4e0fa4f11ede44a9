/// A network in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3): what the configuration calls trusted.
public struct IPNetwork: Hashable, Sendable {
    /// With the bits behind the prefix cleared.
    public let address: IPAddress
    /// 0...32 or 0...128.
    public let prefixLength: Int

    /// `nil` when the prefix is longer than the address.
    public init?(_ address: IPAddress, prefixLength: Int) {
        switch address {
        case .v4(let value):
            guard (0...32).contains(prefixLength) else { return nil }
            self.address = .v4(value & Self.mask32(prefixLength))
        case .v6(let high, let low):
            guard (0...128).contains(prefixLength) else { return nil }
            self.address = .v6(
                high: high & Self.mask64(min(prefixLength, 64)), low: low & Self.mask64(max(prefixLength - 64, 0)))
        }
        self.prefixLength = prefixLength
    }

    /// An IPv4 network also contains the IPv4-mapped IPv6 addresses (RFC 4291 §2.5.5.2) of its hosts, which is how
    /// a dual-stack listener sees them.
    public func contains(_ other: IPAddress) -> Bool {
        switch (address, other) {
        case (.v4(let network), .v4(let host)): return host & Self.mask32(prefixLength) == network
        case (.v6(let high, let low), .v6(let hostHigh, let hostLow)):
            return hostHigh & Self.mask64(min(prefixLength, 64)) == high
                && hostLow & Self.mask64(max(prefixLength - 64, 0)) == low
        case (.v4, .v6):
            guard case .v4 = other.unmapped else { return false }
            return contains(other.unmapped)
        case (.v6, .v4): return false
        }
    }

    private static func mask32(_ length: Int) -> UInt32 { length == 0 ? 0 : ~0 << UInt32(32 - length) }
    private static func mask64(_ length: Int) -> UInt64 { length == 0 ? 0 : ~0 << UInt64(64 - length) }
}

extension IPNetwork: CustomStringConvertible, LosslessStringConvertible {
    public var description: String { "\(address)/\(prefixLength)" }

    /// `10.0.0.0/8`, `2001:db8::/32`, or a single address. Bits behind the prefix are refused as a likely mistake.
    public init?(_ text: String) {
        guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else {
            guard let address = IPAddress(text) else { return nil }
            self.init(address, prefixLength: address.octets.count * 8)
            return
        }
        let digits = text[text.index(after: slash)...]
        guard let address = IPAddress(String(text[..<slash])), (1...3).contains(digits.utf8.count),
            digits.utf8.allSatisfy(\.isDigit), let length = Int(digits)
        else { return nil }
        self.init(address, prefixLength: length)
        guard self.address == address else { return nil }
    }
}
