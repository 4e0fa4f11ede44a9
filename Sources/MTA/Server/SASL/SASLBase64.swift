/// Base64 as SASL wants it (RFC 4954 §4): strict, padded, on one line.
enum SASLBase64 {
    /// `nil` when a character is outside the alphabet, or the padding is wrong. `=` alone is the empty string.
    static func decode(_ line: Span<UInt8>) -> [UInt8]? {
        if line.count == 0 || line.count == 1 && line[0] == UInt8(ascii: "=") { return [] }
        guard line.count % 4 == 0 else { return nil }
        var padding = 0
        while padding < 2, line[line.count - 1 - padding] == UInt8(ascii: "=") { padding += 1 }
        var out: [UInt8] = []
        out.reserveCapacity(line.count / 4 * 3)
        var word: UInt32 = 0
        for index in 0..<line.count - padding {
            guard let digit = value(line[index]) else { return nil }
            word = word << 6 | UInt32(digit)
            if index % 4 == 3 {
                for shift in [UInt32(16), 8, 0] { out.append(UInt8(truncatingIfNeeded: word >> shift)) }
                word = 0
            }
        }
        switch padding {
        case 0: return out
        case 1:
            // RFC 4648 §3.5: the bits that are left over must be zero.
            guard word & 0b11 == 0 else { return nil }
            out.append(UInt8(truncatingIfNeeded: word >> 10))
            out.append(UInt8(truncatingIfNeeded: word >> 2))
        default:
            guard word & 0b1111 == 0 else { return nil }
            out.append(UInt8(truncatingIfNeeded: word >> 4))
        }
        return out
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
