extension Reply {
    /// Builds a reply from lines as a remote host sent them, without their codes: takes the enhanced status from the
    /// first line where it agrees with the code (RFC 2034 §4) and off the other lines, and cleans the text.
    ///
    /// - Parameter lines: already bounded in number and length by whoever read them.
    public init(code: UInt16, lines: [[UInt8]]) {
        var status: EnhancedStatus?
        var text: [UInt8] = []
        for (number, line) in lines.enumerated() {
            var start = 0
            if let (found, length) = EnhancedStatus.parsePrefix(line.span), found.agrees(with: code) {
                if number == 0 { status = found }
                // RFC 2034 §4: every line of a reply repeats the code.
                if found == status {
                    start = length
                    while start < line.count, line[start].isBlank { start += 1 }
                }
            }
            if number > 0 { text.append(0x0A) }
            Self.appendClean(line.span, from: start, to: &text)
        }
        self.init(code: code, enhanced: status, text: String(decoding: text, as: UTF8.self))
    }

    /// A remote host's line made fit to be stored, logged and shown: each control character becomes a blank, so that it
    /// can neither break a line nor speak to a terminal; malformed UTF-8 becomes U+FFFD.
    public static func clean(_ line: Span<UInt8>) -> String {
        var text: [UInt8] = []
        appendClean(line, from: 0, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private static func appendClean(_ line: Span<UInt8>, from start: Int, to text: inout [UInt8]) {
        text.reserveCapacity(text.count + line.count)
        var index = start
        while index < line.count {
            let byte = line[index]
            // C1 controls in UTF-8 (C2 80...C2 9F) reach terminals too.
            if byte == 0xC2, index + 1 < line.count, line[index + 1] >= 0x80, line[index + 1] < 0xA0 {
                text.append(0x20)
                index += 2
                continue
            }
            text.append(byte.isControl ? 0x20 : byte)
            index += 1
        }
    }
}
