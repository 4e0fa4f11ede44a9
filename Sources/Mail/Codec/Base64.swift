/// Base64 (RFC 4648 §4), and its form in mail (RFC 2045 §6.8).
public enum Base64 {
    /// Without line ends.
    public static func encode(_ bytes: Span<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        encode(bytes, 0..<bytes.count, to: &out)
        return out
    }

    public static func encode(_ bytes: [UInt8]) -> String {
        let encoded: [UInt8] = encode(bytes.span)
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Lines of 76 characters, each ended by CRLF (RFC 2045 §6.8).
    public static func encodeLines(_ bytes: Span<UInt8>, to out: inout [UInt8]) {
        out.reserveCapacity(out.count + bytes.count / 57 * 78 + 80)
        var index = 0
        while index < bytes.count {
            let end = min(index + 57, bytes.count)
            encode(bytes, index..<end, to: &out)
            out.append(0x0D)
            out.append(0x0A)
            index = end
        }
    }

    static func encode(_ bytes: Span<UInt8>, _ range: Range<Int>, to out: inout [UInt8]) {
        var index = range.lowerBound
        while index + 2 < range.upperBound {
            let word = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
            out.append(digit(word >> 18))
            out.append(digit(word >> 12))
            out.append(digit(word >> 6))
            out.append(digit(word))
            index += 3
        }
        switch range.upperBound - index {
        case 1:
            let word = UInt32(bytes[index]) << 16
            out.append(digit(word >> 18))
            out.append(digit(word >> 12))
            out.append(UInt8(ascii: "="))
            out.append(UInt8(ascii: "="))
        case 2:
            let word = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8
            out.append(digit(word >> 18))
            out.append(digit(word >> 12))
            out.append(digit(word >> 6))
            out.append(UInt8(ascii: "="))
        default: break
        }
    }

    /// White space is passed over, and padding may be missing or too long; any other character outside the alphabet,
    /// text behind the padding, and a lone last digit give `nil`.
    public static func decode(_ bytes: Span<UInt8>) -> [UInt8]? {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count / 4 * 3)
        var word: UInt32 = 0
        var digits = 0
        var padded = false
        for index in bytes.indices {
            let byte = bytes[index]
            if let value = value(of: byte) {
                guard !padded else { return nil }
                word = word << 6 | UInt32(value)
                digits += 1
                if digits == 4 {
                    out.append(UInt8(truncatingIfNeeded: word >> 16))
                    out.append(UInt8(truncatingIfNeeded: word >> 8))
                    out.append(UInt8(truncatingIfNeeded: word))
                    word = 0
                    digits = 0
                }
            } else if byte == UInt8(ascii: "=") {
                padded = true
            } else if !byte.isBlank, byte != 0x0D, byte != 0x0A {
                return nil
            }
        }
        switch digits {
        case 0: break
        case 2: out.append(UInt8(truncatingIfNeeded: word >> 4))
        case 3:
            out.append(UInt8(truncatingIfNeeded: word >> 10))
            out.append(UInt8(truncatingIfNeeded: word >> 2))
        default: return nil
        }
        return out
    }

    public static func decode(_ text: String) -> [UInt8]? { decode(text.utf8Span.span) }

    @inline(__always)
    private static func digit(_ word: UInt32) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: word & 63)
        switch value {
        case 0..<26: return UInt8(ascii: "A") + value
        case 26..<52: return UInt8(ascii: "a") + (value - 26)
        case 52..<62: return UInt8(ascii: "0") + (value - 52)
        case 62: return UInt8(ascii: "+")
        default: return UInt8(ascii: "/")
        }
    }

    @inline(__always)
    private static func value(of byte: UInt8) -> UInt8? {
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
