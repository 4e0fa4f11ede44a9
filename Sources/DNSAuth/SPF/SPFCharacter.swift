/// Character classes of RFC 7208 §12, by byte.
enum SPFCharacter {
    static func isAlpha(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }
    static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
    static func isAlphanumeric(_ byte: UInt8) -> Bool { isAlpha(byte) || isDigit(byte) }
    static func isVisible(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }

    /// Behind the first letter of a modifier's name.
    static func isNameCharacter(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }

    /// RFC 3986 §2.3: what a URL escape leaves alone (RFC 7208 §7.3).
    static func isUnreserved(_ byte: UInt8) -> Bool { isNameCharacter(byte) || byte == UInt8(ascii: "~") }

    static func lowercased(_ byte: UInt8) -> UInt8 { byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte }

    /// The bytes as text for people: at most `limit`, with `?` for what cannot be printed.
    static func printable(_ bytes: Span<UInt8>, _ range: Range<Int>, limit: Int) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(min(range.count, limit))
        for index in range.prefix(limit) {
            let byte = bytes[index]
            out.append(byte >= 0x20 && byte < 0x7F ? byte : UInt8(ascii: "?"))
        }
        return String(decoding: out, as: UTF8.self)
    }

    static func printable(_ text: String, limit: Int) -> String {
        let bytes = text.utf8Span.span
        return printable(bytes, 0..<bytes.count, limit: limit)
    }
}
