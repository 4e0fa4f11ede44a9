/// The text of a field's value.
enum HeaderText {
    /// RFC 5322 §2.2.3: a line end before white space goes, the white space stays. Ends are trimmed.
    static func unfolded(_ bytes: Span<UInt8>, _ range: Range<Int>, limit: Int = .max) -> [UInt8] {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, isSpace(bytes[start]) { start += 1 }
        while end > start, isSpace(bytes[end - 1]) { end -= 1 }
        var out: [UInt8] = []
        out.reserveCapacity(min(end - start, limit))
        for index in start..<end where bytes[index] != 0x0D && bytes[index] != 0x0A {
            guard out.count < limit else { break }
            out.append(bytes[index])
        }
        return out
    }

    /// Unfolded and decoded, without controls, at most `limit` bytes, cut between characters.
    static func display(_ bytes: Span<UInt8>, _ range: Range<Int>, limit: Int) -> String {
        if let plain = plainText(bytes, range, limit: limit) { return plain }
        // An encoded word is at most as long as four times its text, so what lies beyond cannot be shown.
        let raw = unfolded(bytes, range, limit: limit.multipliedReportingOverflow(by: 8).partialValue)
        let decoded = EncodedWord.decode(raw.span)
        var out = String.UnicodeScalarView()
        var count = 0
        for scalar in decoded.unicodeScalars {
            count += UTF8.width(scalar)
            guard count <= limit else { break }
            // A tab that folded a line is a blank; any other control could break a log or speak to a terminal.
            let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
            out.append(isControl ? " " : scalar)
        }
        return String(out)
    }

    /// The text of a value on one line of printable ASCII without encoded words, which most are: one pass, one copy.
    private static func plainText(_ bytes: Span<UInt8>, _ range: Range<Int>, limit: Int) -> String? {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, isSpace(bytes[start]) { start += 1 }
        while end > start, isSpace(bytes[end - 1]) { end -= 1 }
        guard end - start <= limit else { return nil }
        var previous: UInt8 = 0
        for index in start..<end {
            let byte = bytes[index]
            guard byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "?") || previous != UInt8(ascii: "=") else {
                return nil
            }
            previous = byte
        }
        return ByteText.ascii(bytes.extracting(start..<end))
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte.isBlank || byte == 0x0D || byte == 0x0A }
}
