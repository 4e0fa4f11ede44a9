/// xtext (RFC 3461 §4): how ENVID, ORCPT and AUTH= carry arbitrary text in an ESMTP parameter.
public enum XText {
    public static func encode(_ text: String) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            // xchar: 33...126 without "+" and "="
            if byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "+"), byte != UInt8(ascii: "=") {
                out.append(byte)
            } else {
                out.append(UInt8(ascii: "+"))
                out.append(.upperHexDigit(byte >> 4))
                out.append(.upperHexDigit(byte))
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// `nil` when the text is not xtext, or decodes to malformed UTF-8 or to a control character: what is stored must
    /// not be able to break a line of a notification or of a log.
    public static func decode(_ bytes: Span<UInt8>) -> String? {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "+") {
                // RFC 3461 §4: the digits are upper case; lower case is taken too, since clients send it.
                guard index + 1 < bytes.count, let high = bytes[index].hexValue, let low = bytes[index + 1].hexValue
                else { return nil }
                index += 2
                let value = high << 4 | low
                guard !value.isControl else { return nil }
                out.append(value)
            } else {
                // RFC 6533 §3 lets UTF-8 stand as it is.
                guard byte > 0x20, byte != 0x7F, byte != UInt8(ascii: "=") else { return nil }
                out.append(byte)
            }
        }
        return String(validating: out, as: UTF8.self)
    }

    public static func decode(_ text: String) -> String? { decode(text.utf8Span.span) }
}
