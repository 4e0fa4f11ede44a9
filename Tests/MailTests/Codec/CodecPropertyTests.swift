import Mail
import Testing

@Suite struct CodecPropertyTests {
    static let alphabet = Array("ab =\t\r\n.?_-".utf8) + [0x00, 0xC3, 0xBC, 0xFF]

    @Test func base64RoundTrips() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<2000 {
            let bytes = generator.bytes(upTo: 200, from: Self.alphabet)
            var out: [UInt8] = []
            Base64.encodeLines(bytes.span, to: &out)
            #expect(Base64.decode(out.span) == bytes)
            #expect(out.split(separator: 0x0A).allSatisfy { $0.count <= 77 })
            #expect(Base64.decode(Base64.encode(bytes.span).span) == bytes)
        }
    }

    @Test func quotedPrintableRoundTripsAndIsSafe() {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<3000 {
            // Text: no lone CR or LF is a line end, so both are made CRLF first, as the composer does.
            let raw = generator.bytes(upTo: 300, from: Self.alphabet)
            let bytes = Array(String(decoding: raw, as: UTF8.self).utf8)
            var out: [UInt8] = []
            QuotedPrintable.encodeText(bytes.span, to: &out)
            Self.expectSafe(out)
            #expect(QuotedPrintable.decode(out.span) == Self.canonical(bytes))
        }
    }

    @Test func randomBytesNeverCrashDecoders() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<20_000 {
            let bytes = generator.bytes(upTo: 60, from: Self.alphabet)
            let decoded = QuotedPrintable.decode(bytes.span)
            #expect(decoded.count <= bytes.count)
            _ = Base64.decode(bytes.span)
        }
    }

    /// No line above 76, none that ends in a blank, no lone CR or LF.
    static func expectSafe(_ bytes: [UInt8]) {
        var problems: [String] = []
        var column = 0
        for (index, byte) in bytes.enumerated() {
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            switch byte {
            case 0x0A:
                if index == 0 || bytes[index - 1] != 0x0D { problems.append("bare LF at \(index)") }
                column = 0
            case 0x0D:
                if next != 0x0A { problems.append("bare CR at \(index)") }
            default:
                column += 1
                if column > 76 { problems.append("long line at \(index)") }
                if byte == 0x20 || byte == 0x09, next == 0x0D || index + 1 == bytes.count {
                    problems.append("blank at the end of a line at \(index)")
                }
            }
        }
        #expect(problems == [])
    }

    /// LF alone becomes CRLF; a CR alone stays, as it travels encoded.
    static func canonical(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if byte == 0x0A, index == 0 || bytes[index - 1] != 0x0D { out.append(0x0D) }
            out.append(byte)
        }
        return out
    }
}
