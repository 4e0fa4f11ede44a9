/// Text in the form that mail carries (RFC 2049 §4): CRLF line ends only.
enum CanonicalText {
    /// LF, CRLF and a lone CR each become CRLF.
    static func lines(of text: String) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count + text.utf8.count / 32 + 2)
        let bytes = text.utf8Span.span
        var lineStart = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            guard byte == 0x0A || byte == 0x0D else {
                index += 1
                continue
            }
            ByteText.append(bytes, lineStart..<index, to: &out)
            out.append(0x0D)
            out.append(0x0A)
            index += byte == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A ? 2 : 1
            lineStart = index
        }
        ByteText.append(bytes, lineStart..<bytes.count, to: &out)
        return out
    }

    /// Whether an attached message can stand unencoded: ASCII, CRLF line ends only, no NUL, no line above 998 bytes, and
    /// nothing like a boundary of ours.
    static func isPlainMessage(_ bytes: Span<UInt8>) -> Bool {
        var lineStart = 0
        for index in bytes.indices {
            let byte = bytes[index]
            guard byte.isASCII, byte != 0 else { return false }
            if byte == 0x0A {
                guard index > lineStart || index > 0, bytes[index - 1] == 0x0D else { return false }
                guard index - lineStart <= 999 else { return false }
                lineStart = index + 1
            } else if byte == 0x0D {
                guard index + 1 < bytes.count, bytes[index + 1] == 0x0A else { return false }
            } else if byte == UInt8(ascii: "="), index == lineStart + 2, bytes[lineStart] == UInt8(ascii: "-") {
                return false
            }
        }
        return bytes.count - lineStart <= 998
    }
}
