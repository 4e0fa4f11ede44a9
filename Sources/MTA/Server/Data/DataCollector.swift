import Glibc

/// Collects the content of one message out of what the socket gives, whatever the pieces are.
///
/// The bytes are searched for CR with `memchr`, and copied in runs as long as possible: one copy, into one buffer, no
/// work per line but the look at its first byte. What the parser must remember between two pieces is one
/// `LinePosition`.
///
/// The end of the data is CR LF `.` CR LF and nothing else (RFC 5321 §4.1.1.4). Once something is wrong the rest is
/// still followed to its true end, but no longer kept.
struct DataCollector {
    enum Framing {
        /// DATA: a dot in front of a line is taken away (RFC 5321 §4.5.2), and a line of one dot ends the data.
        case dotStuffed
        /// BDAT (RFC 3030): bytes as they are; the caller knows where they end.
        case chunked
    }

    /// What stands directly before the next byte.
    private enum LinePosition {
        /// The start, or CR LF.
        case lineStart
        case inLine
        /// CR, already kept.
        case afterCR
        /// A dot at the start of a line, not kept.
        case afterDot
        /// A dot at the start of a line and CR, neither kept.
        case afterDotCR
    }

    private var framing: Framing
    private let limit: Int
    private let strayLineEnds: StrayLineEnds
    private var position = LinePosition.lineStart
    private var content: [UInt8] = []
    /// The first thing found wrong.
    private(set) var fault: DataFault?

    /// - Parameters:
    ///   - limit: the most bytes of content, after unstuffing.
    ///   - expected: what to make room for; a promise of the client, so it is bounded here.
    init(framing: Framing, limit: Int, expected: Int, strayLineEnds: StrayLineEnds) {
        self.framing = framing
        self.limit = limit
        self.strayLineEnds = strayLineEnds
        if expected > 0 { content.reserveCapacity(min(expected, limit, 1 << 20)) }
    }

    var count: Int { content.count }

    /// Takes the content out. Call once, at the end, when `fault` is nil.
    mutating func takeContent() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &content)
        return taken
    }

    /// Reads a piece; returns how much of it belongs to the content, and whether the end was found.
    mutating func collect(_ piece: Span<UInt8>) -> (consumed: Int, isEnd: Bool) {
        var index = 0
        var run = 0
        var isEnd = false
        let count = piece.count
        reading: while index < count {
            switch position {
            case .lineStart:
                if framing == .dotStuffed, piece[index] == UInt8(ascii: ".") {
                    keep(piece, run..<index)
                    index += 1
                    run = index
                    position = .afterDot
                } else {
                    position = .inLine
                }
            case .inLine:
                let end = Self.firstIndex(of: 0x0D, piece, index..<count) ?? count
                run = checkLineFeeds(piece, index..<end, run)
                index = end
                if end < count {
                    index += 1
                    position = .afterCR
                }
            case .afterCR:
                if piece[index] == 0x0A {
                    index += 1
                    position = .lineStart
                } else {
                    run = strayCR(piece, run..<index)
                    position = .inLine
                }
            case .afterDot:
                if piece[index] == 0x0D {
                    index += 1
                    run = index
                    position = .afterDotCR
                } else {
                    position = .inLine
                }
            case .afterDotCR:
                if piece[index] == 0x0A {
                    index += 1
                    run = index
                    isEnd = true
                    break reading
                }
                // `.` CR and something else: the dot was stuffing, the CR is content and stands alone.
                keepCR()
                position = .afterCR
            }
        }
        keep(piece, run..<index)
        if fault == nil, Self.firstIndex(of: 0, piece, 0..<index) != nil { fail(.nul) }
        return (index, isEnd)
    }

    /// The end of the last chunk: a CR may not be left over.
    mutating func finishChunks() {
        if position == .afterCR {
            switch strayLineEnds {
            case .refuse: fail(.bareCR)
            case .normalise: keepLF()
            }
        }
    }

    // MARK: - Stray line ends

    /// Looks for LF where there is no CR before it. Returns the start of the run that is not kept yet.
    private mutating func checkLineFeeds(_ piece: Span<UInt8>, _ range: Range<Int>, _ start: Int) -> Int {
        var run = start
        var from = range.lowerBound
        while let found = Self.firstIndex(of: 0x0A, piece, from..<range.upperBound) {
            switch strayLineEnds {
            case .refuse:
                fail(.bareLF)
                return run
            case .normalise:
                keep(piece, run..<found)
                keepCR()
                run = found
                from = found + 1
            }
        }
        return run
    }

    /// The CR before `range.upperBound` has no LF behind it.
    private mutating func strayCR(_ piece: Span<UInt8>, _ range: Range<Int>) -> Int {
        switch strayLineEnds {
        case .refuse:
            fail(.bareCR)
            return range.lowerBound
        case .normalise:
            keep(piece, range)
            keepLF()
            return range.upperBound
        }
    }

    // MARK: - Keeping

    private mutating func keep(_ piece: Span<UInt8>, _ range: Range<Int>) {
        guard fault == nil, !range.isEmpty else { return }
        guard content.count + range.count <= limit else { return fail(.tooLarge) }
        let run = piece.extracting(range)
        unsafe run.withUnsafeBufferPointer { unsafe content.append(contentsOf: $0) }
    }

    private mutating func keepCR() {
        if fault == nil { content.append(0x0D) }
    }

    private mutating func keepLF() {
        if fault == nil { content.append(0x0A) }
    }

    private mutating func fail(_ what: DataFault) {
        if fault == nil { fault = what }
        content = []
    }

    /// The offset in `piece`, at the speed of `memchr`.
    private static func firstIndex(of byte: UInt8, _ piece: Span<UInt8>, _ range: Range<Int>) -> Int? {
        unsafe piece.extracting(range).withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress, let found = unsafe memchr(start, Int32(byte), bytes.count)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(start) + range.lowerBound
        }
    }
}
