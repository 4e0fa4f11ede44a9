extension IPAddress: LosslessStringConvertible {
    /// Dotted decimal without leading zeros, or IPv6 in any form of RFC 4291 §2.2 without brackets or zone.
    public init?(_ text: String) {
        let span = text.utf8Span.span
        guard let address = Self(parsing: span) else { return nil }
        self = address
    }

    public init?(parsing bytes: Span<UInt8>) {
        guard bytes.count <= 45 else { return nil }
        let range = 0..<bytes.count
        guard let address = Self.parseV4(bytes, range, leadingZeros: false) ?? Self.parseV6(bytes, range) else {
            return nil
        }
        self = address
    }

    /// - Parameter leadingZeros: RFC 5321's `Snum` is up to three digits and always decimal; elsewhere `010` is
    ///   refused, because some readers take it for octal.
    static func parseV4(_ bytes: Span<UInt8>, _ range: Range<Int>, leadingZeros: Bool) -> IPAddress? {
        var value: UInt32 = 0
        var index = range.lowerBound
        for part in 0..<4 {
            if part > 0 {
                guard index < range.upperBound, bytes[index] == UInt8(ascii: ".") else { return nil }
                index += 1
            }
            let start = index
            var number: UInt32 = 0
            while index < range.upperBound, bytes[index].isDigit, index - start < 3 {
                number = number * 10 + UInt32(bytes[index] - UInt8(ascii: "0"))
                index += 1
            }
            guard index > start, number <= 255 else { return nil }
            guard leadingZeros || index - start == 1 || bytes[start] != UInt8(ascii: "0") else { return nil }
            value = value << 8 | number
        }
        return index == range.upperBound ? .v4(value) : nil
    }

    static func parseV6(_ bytes: Span<UInt8>, _ range: Range<Int>) -> IPAddress? {
        var groups = InlineArray<8, UInt16>(repeating: 0)
        var count = 0
        var gap: Int?
        var index = range.lowerBound
        let end = range.upperBound
        if index + 1 < end, bytes[index] == UInt8(ascii: ":") {
            guard bytes[index + 1] == UInt8(ascii: ":") else { return nil }
            gap = 0
            index += 2
        }
        while index < end {
            let start = index
            var value: UInt16 = 0
            while index < end, index - start < 4, let digit = bytes[index].hexValue {
                value = value << 4 | UInt16(digit)
                index += 1
            }
            if index < end, bytes[index] == UInt8(ascii: ".") {
                guard count <= 6, case .v4(let tail)? = parseV4(bytes, start..<end, leadingZeros: false) else {
                    return nil
                }
                groups[count] = UInt16(truncatingIfNeeded: tail >> 16)
                groups[count + 1] = UInt16(truncatingIfNeeded: tail)
                count += 2
                index = end
                break
            }
            guard index > start, count < 8 else { return nil }
            groups[count] = value
            count += 1
            guard index < end else { break }
            guard bytes[index] == UInt8(ascii: ":"), index + 1 < end else { return nil }
            index += 1
            if bytes[index] == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = count
                index += 1
            }
        }
        guard index == end, gap == nil ? count == 8 : count < 8 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for place in 0..<8 {
            var group: UInt16 = 0
            if let gap {
                let missing = 8 - count
                group = place < gap ? groups[place] : place < gap + missing ? 0 : groups[place - missing]
            } else {
                group = groups[place]
            }
            if place < 4 { words.0 = words.0 << 16 | UInt64(group) } else { words.1 = words.1 << 16 | UInt64(group) }
        }
        return .v6(high: words.0, low: words.1)
    }
}
