import Mail

/// One URI of `rua` (RFC 8460 §3, RFC 3986 §3).
enum TLSRPTDestinationParser {
    /// `nil`: not a URI, or one that cannot be what it says.
    static func parse(_ text: ArraySlice<UInt8>) -> TLSRPTRecord.Destination? {
        var uri = text.drop(while: isBlank)
        while let last = uri.last, isBlank(last) { uri.removeLast() }
        guard let colon = uri.firstIndex(of: UInt8(ascii: ":")), isScheme(uri[..<colon]) else { return nil }
        let rest = uri[(colon + 1)...]
        guard !rest.isEmpty, isWellFormed(rest) else { return nil }
        let whole = String(decoding: uri, as: UTF8.self)
        switch String(decoding: uri[..<colon], as: UTF8.self).lowercased() {
        case "mailto": return address(in: rest).map { .mail($0) }
        case "https":
            guard rest.starts(with: "//".utf8), rest.count > 2, rest[rest.startIndex + 2] != UInt8(ascii: "/") else {
                return nil
            }
            return .https(whole)
        default: return .other(whole)
        }
    }

    /// RFC 6068 §2: `mailto:` address, then header fields behind a question mark, which nobody asked for.
    private static func address(in rest: ArraySlice<UInt8>) -> String? {
        let encoded = rest.prefix { $0 != UInt8(ascii: "?") }
        guard let decoded = decodePercent(encoded) else { return nil }
        let text = String(decoding: decoded, as: UTF8.self)
        return Mailbox(text).map { _ in text }
    }

    /// RFC 3986 §3.1: `ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )`.
    private static func isScheme(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first, (first | 0x20) &- UInt8(ascii: "a") < 26 else { return false }
        return text.allSatisfy {
            PolicyText.isLetterOrDigit($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-")
                || $0 == UInt8(ascii: ".")
        }
    }

    /// RFC 3986 §2: unreserved, reserved, or `%` with two hexadecimal digits. RFC 8460 §3 takes `!` away.
    private static func isWellFormed(_ text: ArraySlice<UInt8>) -> Bool {
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "%"):
                guard index + 2 < text.endIndex, hex(text[index + 1]) != nil, hex(text[index + 2]) != nil else {
                    return false
                }
                index += 2
            case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"), UInt8(ascii: "^"),
                UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"), UInt8(ascii: "!"):
                return false
            default:
                guard byte > 0x20, byte < 0x7F else { return false }
            }
            index += 1
        }
        return true
    }

    private static func decodePercent(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var out: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == UInt8(ascii: "%") {
                guard index + 2 < text.endIndex, let high = hex(text[index + 1]), let low = hex(text[index + 2]) else {
                    return nil
                }
                out.append(high << 4 | low)
                index += 3
            } else {
                out.append(text[index])
                index += 1
            }
        }
        return out
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
