import Mail
import Testing

@testable import MTA

@Suite struct ReplyParserTests {
    /// Parses `text` as it arrives in pieces of `size` bytes; the reply is what a reader would get.
    static func parse(_ text: String, by size: Int = .max, limits: ReplyLimits = ReplyLimits()) -> ReplyParser.Progress
    {
        var parser = ReplyParser(limits: limits)
        var input = Bytes()
        let bytes = Array(text.utf8)
        var progress = ReplyParser.Progress.needsMore
        var start = 0
        while progress == .needsMore, start < bytes.count {
            let end = size < bytes.count - start ? start + size : bytes.count
            input.append(Array(bytes[start..<end]))
            start = end
            progress = parser.scan(input)
        }
        return progress
    }

    static func reply(_ text: String) -> Reply? {
        var input = Bytes()
        input.append(utf8: text)
        var parser = ReplyParser()
        guard case .complete(let head) = parser.scan(input) else { return nil }
        return ReplyText.reply(head, in: input, limits: parser.limits)
    }

    @Test(arguments: [
        ("250 OK\r\n", 250, 8, 1),
        ("250 OK\r\n250 next\r\n", 250, 8, 1),
        ("250\r\n", 250, 5, 1),
        ("250 \r\n", 250, 6, 1),
        ("250 OK\n", 250, 7, 1),
        ("354 go\r\n", 354, 8, 1),
        ("250-a\r\n250-b\r\n250 c\r\n", 250, 21, 3),
        ("250-a\r\n250\r\n", 250, 12, 2),
        ("599 x\r\n", 599, 7, 1),
    ])
    func findsTheEndOfAReply(_ text: String, _ code: UInt16, _ length: Int, _ lines: Int) {
        let expected = ReplyParser.Progress.complete(ReplyHead(code: code, length: length, lines: lines))
        for size in [1, 2, 3, 5, 7, 100] { #expect(Self.parse(text, by: size) == expected, "in pieces of \(size)") }
    }

    @Test(arguments: ["", "2", "250", "250 OK", "250 OK\r", "250-a\r\n", "250-a\r\n250 b"])
    func waitsForTheRest(_ text: String) {
        #expect(Self.parse(text) == .needsMore)
        #expect(Self.parse(text, by: 1) == .needsMore)
    }

    @Test(arguments: [
        ("\r\n", ReplyViolation.notAReply), ("25\r\n", .notAReply), ("HTTP/1.1 400 Bad Request\r\n", .notAReply),
        ("250OK\r\n", .notAReply), ("250\tOK\r\n", .notAReply), ("150 x\r\n", .notAReply), ("600 x\r\n", .notAReply),
        ("000 x\r\n", .notAReply), ("2a0 x\r\n", .notAReply), (" 250 x\r\n", .notAReply), ("-50 x\r\n", .notAReply),
        ("250-a\r\n251 b\r\n", .codesDisagree), ("250-a\r\n550 no\r\n", .codesDisagree),
    ])
    func refusesWhatIsNotAReply(_ text: String, _ violation: ReplyViolation) {
        #expect(Self.parse(text) == .violation(violation))
        #expect(Self.parse(text, by: 1) == .violation(violation))
    }

    @Test func boundsLinesAndBytes() {
        let limits = ReplyLimits()
        let hundred = String(repeating: "250-x\r\n", count: 99) + "250 x\r\n"
        #expect(Self.parse(hundred) == .complete(ReplyHead(code: 250, length: 700, lines: 100)))
        #expect(Self.parse("250-x\r\n" + hundred) == .violation(.tooManyLines))
        // A long line is tolerated, since the message behind it may have been accepted; its text is cut.
        let long = "250 " + String(repeating: "x", count: 10_000) + "\r\n"
        #expect(Self.parse(long, by: 1_000) == .complete(ReplyHead(code: 250, length: 10_006, lines: 1)))
        #expect(Self.reply(long)?.text.utf8.count == limits.keptPerLine)
        let endless = "250 " + String(repeating: "x", count: limits.bytes)
        #expect(Self.parse(endless, by: 4_096) == .violation(.tooLong))
        #expect(Self.parse(endless + "\r\n") == .violation(.tooLong))
        let wordy = String(repeating: "550-" + String(repeating: "y", count: 1_000) + "\r\n", count: 50) + "550 z\r\n"
        #expect((Self.reply(wordy)?.text.utf8.count ?? .max) <= limits.kept)
    }

    @Test func cleansTheText() {
        let reply = Self.reply("550-5.7.1 no\u{1B}[31m red\r\n550 5.7.1 \u{0}\u{7F}\u{9B}end\r\n")
        #expect(reply?.code == 550)
        #expect(reply?.enhanced == EnhancedStatus(5, 7, 1))
        #expect(reply?.text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && $0.value != 0x7F) } == true)
        #expect(reply?.text.contains("\u{9B}") == false)
        #expect(reply?.text.split(separator: "\n").count == 2)
    }

    @Test func takesAnEnhancedStatusOnlyWhereItAgrees() {
        #expect(Self.reply("250 5.0.0 strange\r\n")?.enhanced == nil)
        #expect(Self.reply("550 5.1.1 gone\r\n")?.text == "gone")
        #expect(Self.reply("550 5.1.1\r\n")?.enhanced == EnhancedStatus(5, 1, 1))
    }

    /// Whatever arrives: no trap, and the answer does not depend on how the bytes were cut.
    @Test func survivesNoise() {
        var generator = SplitMix(seed: 7)
        let alphabet: [UInt8] = Array("25504- \r\n\r\n.x\u{0}".utf8) + [0xFF, 0xC2, 0x9B]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            let whole = Self.scan(bytes, by: 1_000)
            #expect(Self.scan(bytes, by: 1) == whole)
            #expect(Self.scan(bytes, by: 3) == whole)
        }
    }

    private static func scan(_ bytes: [UInt8], by size: Int) -> ReplyParser.Progress {
        var parser = ReplyParser()
        var input = Bytes()
        var progress = ReplyParser.Progress.needsMore
        for start in stride(from: 0, to: bytes.count, by: size) where progress == .needsMore {
            input.append(Array(bytes[start..<min(bytes.count, start + size)]))
            progress = parser.scan(input)
            if case .complete(let head) = progress { _ = ReplyText.reply(head, in: input, limits: parser.limits) }
        }
        return progress
    }
}

/// A seeded generator, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
