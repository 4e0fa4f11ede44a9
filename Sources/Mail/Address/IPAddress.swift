/// An IPv4 or IPv6 address as its bytes in network order.
public enum IPAddress: Hashable, Sendable {
    case v4(UInt32)
    case v6(high: UInt64, low: UInt64)

    /// 127.0.0.0/8 and ::1, also as an IPv4-mapped address.
    public var isLoopback: Bool {
        switch unmapped {
        case .v4(let value): value >> 24 == 127
        case .v6(let high, let low): high == 0 && low == 1
        }
    }

    /// `::ffff:192.0.2.1` (RFC 4291 §2.5.5.2) as the IPv4 address it stands for; any other address as it is.
    public var unmapped: IPAddress {
        guard case .v6(0, let low) = self, low >> 32 == 0xFFFF else { return self }
        return .v4(UInt32(truncatingIfNeeded: low))
    }

    /// 4 or 16 bytes in network order.
    public var octets: [UInt8] {
        switch self {
        case .v4(let value): (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * $0)) }
        case .v6(let high, let low):
            (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - 8 * ($0 % 8))) }
        }
    }

    /// `nil` unless there are 4 or 16 bytes.
    public init?(octets: Span<UInt8>) {
        switch octets.count {
        case 4:
            var value: UInt32 = 0
            for index in 0..<4 { value = value << 8 | UInt32(octets[index]) }
            self = .v4(value)
        case 16:
            var words: (UInt64, UInt64) = (0, 0)
            for index in 0..<8 { words.0 = words.0 << 8 | UInt64(octets[index]) }
            for index in 8..<16 { words.1 = words.1 << 8 | UInt64(octets[index]) }
            self = .v6(high: words.0, low: words.1)
        default: return nil
        }
    }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted decimal, or the canonical text of RFC 5952 §4.
    public var description: String {
        switch self {
        case .v4(let value): "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
        case .v6(let high, let low): Self.canonical(high, low)
        }
    }

    private static func canonical(_ high: UInt64, _ low: UInt64) -> String {
        // RFC 5952 §5: the mapped prefix is well known, so its IPv4 part is shown dotted.
        if high == 0, low >> 32 == 0xFFFF { return "::ffff:\(IPAddress.v4(UInt32(truncatingIfNeeded: low)))" }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: ($0 < 4 ? high : low) >> UInt64(48 - 16 * ($0 % 4))) }
        // RFC 5952 §4.2.2, §4.2.3: the longest run of at least two zero groups, the first of equals.
        var best = 0..<0
        var index = 0
        while index < 8 {
            guard groups[index] == 0 else {
                index += 1
                continue
            }
            let start = index
            while index < 8, groups[index] == 0 { index += 1 }
            if index - start >= 2, index - start > best.count { best = start..<index }
        }
        guard !best.isEmpty else { return groups.map { String($0, radix: 16) }.joined(separator: ":") }
        let head = groups[..<best.lowerBound].map { String($0, radix: 16) }.joined(separator: ":")
        let tail = groups[best.upperBound...].map { String($0, radix: 16) }.joined(separator: ":")
        return head + "::" + tail
    }
}
