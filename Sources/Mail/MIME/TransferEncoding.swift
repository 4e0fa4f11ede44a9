/// How a part's content travels (RFC 2045 §6).
enum TransferEncoding: String {
    case sevenBit = "7bit"
    case quotedPrintable = "quoted-printable"
    case base64 = "base64"

    /// The plainest encoding that nothing on the way can damage.
    ///
    /// `7bit` only for text that is safe as it stands: ASCII without controls, lines within the 78 characters of
    /// RFC 5322 §2.1.1, no blank at the end of a line (hops drop it, and a signature breaks), no line that begins with
    /// `From ` (mailbox files change it) or looks like a boundary of ours. Else whichever of the others is shorter.
    static func choose(for text: Span<UInt8>) -> TransferEncoding {
        var isSafe = true
        var escapes = 0
        var lineStart = 0
        for index in text.indices {
            let byte = text[index]
            if byte == 0x0A {
                if !isSafeLine(text, lineStart..<index) { isSafe = false }
                lineStart = index + 1
            } else if byte >= 0x7F || (byte < 0x20 && byte != 0x0D && byte != 0x09) {
                escapes += 1
                isSafe = false
            }
        }
        if !isSafeLine(text, lineStart..<text.count) { isSafe = false }
        if isSafe { return .sevenBit }
        // Three bytes for one against four for three; a short text stays readable.
        return escapes * 6 <= text.count + 12 ? .quotedPrintable : .base64
    }

    private static func isSafeLine(_ text: Span<UInt8>, _ line: Range<Int>) -> Bool {
        var end = line.upperBound
        if end > line.lowerBound, text[end - 1] == 0x0D { end -= 1 }
        guard end - line.lowerBound <= 78 else { return false }
        guard end > line.lowerBound else { return true }
        guard !text[end - 1].isBlank else { return false }
        return !begins(text, line, "From ") && !begins(text, line, "--=_")
    }

    private static func begins(_ text: Span<UInt8>, _ line: Range<Int>, _ prefix: StaticString) -> Bool {
        guard line.count >= prefix.utf8CodeUnitCount else { return false }
        return prefix.withUTF8Buffer { expected in
            for offset in 0..<expected.count where unsafe text[line.lowerBound + offset] != expected[offset] {
                return false
            }
            return true
        }
    }
}
