/// Header fields are composed as bytes, in one array, without a String in between.
extension [UInt8] {
    package mutating func put(_ text: StaticString) {
        unsafe append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package mutating func put(_ text: String) { append(contentsOf: text.utf8) }

    /// Text from outside: controls, spaces and what would end a comment or an address become `?`, so that it can
    /// neither end the line nor pass for something else. At most `limit` bytes.
    package mutating func put(foreign text: String, limit: Int = 255) {
        for byte in text.utf8.prefix(limit) {
            switch byte {
            case 0x00...0x20, 0x7F, UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"),
                UInt8(ascii: ";"), UInt8(ascii: "\\"), UInt8(ascii: "\""):
                append(UInt8(ascii: "?"))
            default:
                append(byte)
            }
        }
    }

    package mutating func put(decimal value: Int) {
        var scale = 1
        while value / scale >= 10 { scale *= 10 }
        while scale > 0 {
            append(UInt8(ascii: "0") + UInt8(value / scale % 10))
            scale /= 10
        }
    }

    /// The 36 characters of the identifier.
    package mutating func put(_ id: UUIDv7) {
        for index in 0..<16 {
            if index == 4 || index == 6 || index == 8 || index == 10 { append(UInt8(ascii: "-")) }
            let word = index < 8 ? id.high : id.low
            let byte = UInt8(truncatingIfNeeded: word >> UInt64((7 - index % 8) * 8))
            append(Self.hexDigit(byte >> 4))
            append(Self.hexDigit(byte & 15))
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// RFC 5322 §3.3.
    package mutating func put(date time: WallTime) { time.appendMailDate(to: &self) }
}
