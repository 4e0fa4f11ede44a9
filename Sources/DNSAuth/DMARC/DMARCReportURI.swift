package import Mail

/// A place that reports are wanted at: one member of `rua` or `ruf` (RFC 9989 §4.6).
package struct DMARCReportURI: Hashable, Sendable {
    /// As it stands in the record, without the obsolete size limit.
    package var text: String
    /// Lower-case.
    package var scheme: String
    /// Where a `mailto` leads; `nil` for other schemes, which are ignored (RFC 9989 §4.7).
    package var mailbox: Mailbox?
    /// Bytes that one report may have, from `!10m` behind the URI. Obsolete: RFC 9989 §4.8 has reporters ignore it.
    package var sizeLimit: Int?

    /// `nil` when it is no URI of RFC 3986, when a `mailto` has no single address, or when the size makes no sense.
    /// - Parameter bytes: without the white space around.
    init?(_ bytes: ArraySlice<UInt8>) {
        var end = bytes.endIndex
        if let mark = bytes.firstIndex(of: UInt8(ascii: "!")) {
            guard let limit = Self.size(bytes[(mark + 1)...]) else { return nil }
            sizeLimit = limit
            end = mark
            while end > bytes.startIndex, bytes[end - 1].isFoldingSpace { end -= 1 }
        }
        let uri = bytes[bytes.startIndex..<end]
        guard let colon = uri.firstIndex(of: UInt8(ascii: ":")), Self.isScheme(uri[..<colon]),
            Self.isURIText(uri[(colon + 1)...])
        else { return nil }
        text = String(decoding: uri, as: UTF8.self)
        scheme = String(decoding: uri[..<colon], as: UTF8.self).lowercased()
        guard scheme == "mailto" else { return }
        // RFC 6068 §2: the address ends where the header fields begin.
        let address = uri[(colon + 1)...].prefix { $0 != UInt8(ascii: "?") }
        guard let decoded = Self.percentDecoded(address),
            let mailbox = try? Mailbox(parsing: decoded.span, options: .utf8)
        else { return nil }
        self.mailbox = mailbox
    }

    /// `1*DIGIT [ "k" / "m" / "g" / "t" ]` (RFC 9989 §4.8), with the blanks that are seen there.
    private static func size(_ bytes: ArraySlice<UInt8>) -> Int? {
        let bytes = bytes.filter { !$0.isFoldingSpace }
        let digits = bytes.prefix { $0 &- 0x30 < 10 }
        guard !digits.isEmpty, let number = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        let rest = bytes[digits.endIndex...]
        guard let unit = rest.first else { return number }
        guard rest.count == 1 else { return nil }
        let shift: Int
        switch unit | 0x20 {
        case UInt8(ascii: "k"): shift = 10
        case UInt8(ascii: "m"): shift = 20
        case UInt8(ascii: "g"): shift = 30
        case UInt8(ascii: "t"): shift = 40
        default: return nil
        }
        let (size, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
        return overflow ? nil : size
    }

    /// RFC 3986 §3.1.
    private static func isScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, (first | 0x20) &- 0x61 < 26 else { return false }
        return bytes.allSatisfy {
            ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-")
                || $0 == UInt8(ascii: ".")
        }
    }

    /// RFC 3986 §2: reserved and unreserved characters and `%` with two digits; at least one.
    private static func isURIText(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard !bytes.isEmpty else { return false }
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "%"):
                guard bytes.endIndex - index > 2, hex(bytes[index + 1]) != nil, hex(bytes[index + 2]) != nil else {
                    return false
                }
            case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"), UInt8(ascii: "^"),
                UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
                return false
            case 0x21...0x7E: continue
            default: return false
            }
        }
        return true
    }

    private static func percentDecoded(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        var out: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            guard bytes[index] == UInt8(ascii: "%") else {
                out.append(bytes[index])
                index += 1
                continue
            }
            guard bytes.endIndex - index > 2, let high = hex(bytes[index + 1]), let low = hex(bytes[index + 2]) else {
                return nil
            }
            out.append(high << 4 | low)
            index += 3
        }
        return out
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        if byte &- 0x30 < 10 { return byte - 0x30 }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? letter + 10 : nil
    }
}
