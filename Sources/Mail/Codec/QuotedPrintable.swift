/// Quoted-printable (RFC 2045 §6.7).
public enum QuotedPrintable {
    /// Encodes text: LF and CRLF are line ends, every line is at most 76 characters, no line ends in white space, and
    /// neither a bare CR nor a bare LF is left. A CR that is not part of a line end becomes `=0D`.
    public static func encodeText(_ bytes: Span<UInt8>, to out: inout [UInt8]) {
        out.reserveCapacity(out.count + bytes.count + bytes.count / 8)
        var column = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if let length = lineEnd(bytes, at: index) {
                out.append(0x0D)
                out.append(0x0A)
                column = 0
                index += length
                continue
            }
            let next = index + 1
            let isLast = next == bytes.count || lineEnd(bytes, at: next) != nil
            // RFC 2045 §6.7 (3): white space at the end of a line is encoded.
            let needsEscape = !isPlain(byte) && !(byte.isBlank && !isLast)
            let width = needsEscape ? 3 : 1
            // RFC 2045 §6.7 (5): 76 characters with the "=" of a soft line break.
            if column + width > (isLast ? 76 : 75) {
                out.append(UInt8(ascii: "="))
                out.append(0x0D)
                out.append(0x0A)
                column = 0
            }
            column += width
            if needsEscape {
                appendEscape(byte, to: &out)
            } else {
                out.append(byte)
            }
            index = next
        }
    }

    public static func encodeText(_ text: String) -> String {
        var out: [UInt8] = []
        encodeText(text.utf8Span.span, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// Lenient as RFC 2045 §6.7 advises: an `=` that begins no escape is kept, white space at the end of a line is
    /// dropped (it was added in transport), and soft line breaks vanish.
    public static func decode(_ bytes: Span<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte.isBlank {
                let end = endOfBlanks(bytes, from: index)
                if end < bytes.count, lineEnd(bytes, at: end) == nil || end == index {
                    for place in index..<end { out.append(bytes[place]) }
                } else if end == bytes.count {
                    break
                }
                index = end
            } else if byte == UInt8(ascii: "=") {
                let end = endOfBlanks(bytes, from: index + 1)
                if end == bytes.count { break }
                if let length = lineEnd(bytes, at: end) {
                    index = end + length
                } else if index + 2 < bytes.count, let high = bytes[index + 1].hexValue,
                    let low = bytes[index + 2].hexValue
                {
                    out.append(high << 4 | low)
                    index += 3
                } else {
                    out.append(byte)
                    index += 1
                }
            } else {
                out.append(byte)
                index += 1
            }
        }
        return out
    }

    static func appendEscape(_ byte: UInt8, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "="))
        out.append(.upperHexDigit(byte >> 4))
        out.append(.upperHexDigit(byte))
    }

    /// The length of the line end at this place: LF or CRLF.
    @inline(__always)
    private static func lineEnd(_ bytes: Span<UInt8>, at index: Int) -> Int? {
        if bytes[index] == 0x0A { return 1 }
        return bytes[index] == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A ? 2 : nil
    }

    private static func endOfBlanks(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index].isBlank { index += 1 }
        return index
    }

    @inline(__always)
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "=")
    }
}
