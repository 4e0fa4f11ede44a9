import Testing

@testable import MTA

@Suite("Server: collecting the content")
struct ServerDataCollectorTests {
    struct Case: CustomTestStringConvertible {
        var wire: String
        var content: String?
        var fault: DataFault?
        init(_ wire: String, _ content: String) { (self.wire, self.content) = (wire, content) }
        init(_ wire: String, _ fault: DataFault) { (self.wire, self.fault) = (wire, fault) }
        var testDescription: String { wire.debugDescription }
    }

    /// All of the wire in pieces of `size`; then what was found, and how many bytes were taken.
    static func collect(
        _ wire: [UInt8], pieces size: Int, limit: Int = 1_000_000, stray: StrayLineEnds = .refuse
    ) -> (content: [UInt8]?, fault: DataFault?, consumed: Int, isEnd: Bool) {
        var collector = DataCollector(framing: .dotStuffed, limit: limit, expected: 0, strayLineEnds: stray)
        var at = 0
        var isEnd = false
        while at < wire.count, !isEnd {
            let piece = Array(wire[at..<min(at + size, wire.count)])
            let (consumed, end) = collector.collect(piece.span)
            at += consumed
            isEnd = end
        }
        let fault = collector.fault
        return (fault == nil ? collector.takeContent() : nil, fault, at, isEnd)
    }

    @Test(
        "What is content and what is the end, in pieces of every size",
        arguments: [
            Case(".\r\n", ""), Case("a\r\n.\r\n", "a\r\n"), Case("a\r\n..\r\n.\r\n", "a\r\n.\r\n"),
            Case("..a\r\n.b\r\n.\r\n", ".a\r\nb\r\n"), Case("\r\n\r\n.\r\n", "\r\n\r\n"),
            Case("a.\r\n.\r\n", "a.\r\n"), Case(".. \r\n.\r\n", ". \r\n"), Case("...\r\n.\r\n", "..\r\n"),
            Case("a\n.\r\nb\r\n.\r\n", .bareLF), Case("a\n.\nb\r\n.\r\n", .bareLF), Case("\n.\r\n\r\n.\r\n", .bareLF),
            Case("a\r.\r\nb\r\n.\r\n", .bareCR), Case("a\r\n.\rb\r\n.\r\n", .bareCR), Case("a\r\r\n.\r\n", .bareCR),
            Case("a\r\n.\r\r\n.\r\n", .bareCR), Case("a\r\n.\n\r\n.\r\n", .bareLF),
            Case("a\r\n\0.\r\n.\r\n", .nul), Case("a\r\n.\0\r\n.\r\n", .nul),
        ])
    func endOfData(item: Case) {
        let wire = Array(item.wire.utf8)
        for size in 1...max(1, wire.count) {
            let result = Self.collect(wire + Array("MAIL".utf8), pieces: size)
            #expect(result.isEnd && result.consumed == wire.count, "pieces of \(size)")
            #expect(result.fault == item.fault, "pieces of \(size)")
            #expect(result.content.map { String(decoding: $0, as: UTF8.self) } == item.content, "pieces of \(size)")
        }
    }

    @Test(
        "Normalising makes CRLF of every stray line end, and still ends at CRLF.CRLF only",
        arguments: [
            ("a\nb\r\n.\r\n", "a\r\nb\r\n"), ("a\rb\r\n.\r\n", "a\r\nb\r\n"), ("a\n.\nb\r\n.\r\n", "a\r\n.\r\nb\r\n"),
            ("a\r\n.\nb\r\n.\r\n", "a\r\n\r\nb\r\n"), ("a\r\r\n.\r\n", "a\r\n\r\n"), ("\n\n\r\n.\r\n", "\r\n\r\n\r\n"),
            ("a\n.\r\n.\r\n", "a\r\n.\r\n"), ("a\r\n.\rb\r\n.\r\n", "a\r\n\r\nb\r\n"),
        ])
    func normalising(wire: String, content: String) {
        let bytes = Array(wire.utf8)
        for size in 1...bytes.count {
            let result = Self.collect(bytes, pieces: size, stray: .normalise)
            #expect(result.isEnd && result.consumed == bytes.count)
            #expect(result.content.map { String(decoding: $0, as: UTF8.self) } == content, "pieces of \(size)")
        }
    }

    @Test("Too large is told at the true end; the exact limit passes")
    func limit() {
        let line = Array(String(repeating: "x", count: 98).utf8) + [13, 10]
        let wire = line + line + Array(".\r\n".utf8)
        #expect(Self.collect(wire, pieces: 7, limit: 200).content?.count == 200)
        let over = Self.collect(wire, pieces: 7, limit: 199)
        #expect(over.fault == .tooLarge && over.isEnd && over.consumed == wire.count)
    }

    @Test("A random message arrives as it was, whatever the pieces")
    func roundTrip() {
        var random = ServerRandom(seed: 7)
        for _ in 0..<300 {
            var lines: [[UInt8]] = []
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                let length = Int.random(in: 0...20, using: &random)
                lines.append((0..<length).map { _ in [46, 46, 65, 200].randomElement(using: &random) ?? 65 })
            }
            var content: [UInt8] = []
            var wire: [UInt8] = []
            for line in lines {
                content += line + [13, 10]
                wire += (line.first == 46 ? [46] : []) + line + [13, 10]
            }
            wire += [46, 13, 10]
            let size = Int.random(in: 1...max(1, wire.count), using: &random)
            let result = Self.collect(wire, pieces: size)
            #expect(result.content == content && result.isEnd && result.consumed == wire.count)
        }
    }

    @Test("Chunks are taken as they are, dots too, and a CR may not be left over")
    func chunks() {
        var collector = DataCollector(framing: .chunked, limit: 100, expected: 0, strayLineEnds: .refuse)
        for piece in [".\r\n.\r", "\n..a\r\n"] { _ = collector.collect(Array(piece.utf8).span) }
        collector.finishChunks()
        #expect(collector.fault == nil)
        #expect(collector.takeContent() == Array(".\r\n.\r\n..a\r\n".utf8))
        var cut = DataCollector(framing: .chunked, limit: 100, expected: 0, strayLineEnds: .refuse)
        _ = cut.collect(Array("a\r".utf8).span)
        cut.finishChunks()
        #expect(cut.fault == .bareCR)
    }
}

/// SplitMix64: the same numbers for the same seed on every machine.
struct ServerRandom: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
