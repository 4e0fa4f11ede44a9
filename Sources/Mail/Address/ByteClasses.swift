/// Character classes of the mail grammars, by byte.
extension UInt8 {
    /// RFC 5322 §3.2.3.
    @inline(__always)
    var isAtext: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "/"),
            UInt8(ascii: "="), UInt8(ascii: "?"), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"),
            UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    @inline(__always)
    var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }

    @inline(__always)
    var isUppercase: Bool { self &- UInt8(ascii: "A") < 26 }

    @inline(__always)
    var isLetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }

    /// `Let-dig` of RFC 5321 §4.1.2.
    @inline(__always)
    var isLetterOrDigit: Bool { isLetter || isDigit }

    @inline(__always)
    var lowercased: UInt8 { isUppercase ? self | 0x20 : self }

    @inline(__always)
    var isASCII: Bool { self < 0x80 }

    /// C0 and DEL.
    @inline(__always)
    var isControl: Bool { self < 0x20 || self == 0x7F }

    /// SP or HTAB.
    @inline(__always)
    var isBlank: Bool { self == 0x20 || self == 0x09 }

    /// `ftext`: a header field name's character (RFC 5322 §3.6.8).
    @inline(__always)
    var isFieldNameCharacter: Bool { self > 0x20 && self < 0x7F && self != UInt8(ascii: ":") }

    /// `token` of RFC 2045 §5.1.
    @inline(__always)
    var isTokenCharacter: Bool {
        switch self {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "@"),
            UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "\\"), UInt8(ascii: "\""),
            UInt8(ascii: "/"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "?"), UInt8(ascii: "="):
            false
        default: self > 0x20 && self < 0x7F
        }
    }

    /// The value of a hexadecimal digit of either case.
    @inline(__always)
    var hexValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    /// `0`...`9`, `A`...`F` for the low four bits.
    @inline(__always)
    static func upperHexDigit(_ value: UInt8) -> UInt8 {
        let nibble = value & 15
        return nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + (nibble - 10)
    }
}
