/// Canonicalises a body that comes in pieces (RFC 6376 §3.4.3, §3.4.4), without copying it: bytes that stay as they are
/// go to the sink in the longest runs possible, and only what changes (white space, line ends) is written anew.
///
/// Only CRLF ends a line. A bare CR or LF is data like any other; intake refuses or repairs them before they come here.
struct BodyCanonicalizer: Sendable {
    private let canonicalization: Canonicalization
    /// Line ends read and not yet written: those at the end of the body never are.
    private var lineEnds = 0
    /// White space read and not yet written: that at the end of a line never is. Relaxed only.
    private var hasSpace = false
    /// The last piece ended between CR and LF, perhaps.
    private var hasCR = false
    private var isEmpty = true

    init(_ canonicalization: Canonicalization) { self.canonicalization = canonicalization }

    mutating func update<Sink: CanonicalSink & ~Copyable>(_ piece: Span<UInt8>, into sink: inout Sink) {
        var at = 0
        if hasCR, !piece.isEmpty {
            hasCR = false
            if piece[0] == .lineFeed {
                endLine()
                at = 1
            } else {
                write(carriageReturn, into: &sink)
            }
        }
        while at < piece.count {
            if hasSpace, piece[at].isWhiteSpace {
                at += 1
                continue
            }
            let end = endOfRun(piece, from: at)
            if end > at {
                write(piece.extracting(at..<end), into: &sink)
                at = end
                continue
            }
            if piece[at] != .carriageReturn {
                hasSpace = true
                at += 1
            } else if at + 1 == piece.count {
                hasCR = true
                at += 1
            } else if piece[at + 1] == .lineFeed {
                endLine()
                at += 2
            } else {
                write(carriageReturn, into: &sink)
                at += 1
            }
        }
    }

    mutating func finish<Sink: CanonicalSink & ~Copyable>(into sink: inout Sink) {
        if hasCR { write(carriageReturn, into: &sink) }
        switch canonicalization {
        // RFC 6376 §3.4.3: an empty body becomes one CRLF.
        case .simple: sink.write(lineEnd.span)
        // RFC 6376 §3.4.4: an empty body stays empty; any other ends with one CRLF.
        case .relaxed: if !isEmpty { sink.write(lineEnd.span) }
        }
    }

    /// RFC 6376 §3.4.4: white space at the end of a line is ignored.
    private mutating func endLine() {
        hasSpace = false
        lineEnds += 1
    }

    private mutating func write<Sink: CanonicalSink & ~Copyable>(_ run: Span<UInt8>, into sink: inout Sink) {
        while lineEnds > 0 {
            let count = min(lineEnds, lineEndBlock.count / 2)
            sink.write(lineEndBlock.span.extracting(0..<count * 2))
            lineEnds -= count
        }
        // RFC 6376 §3.4.4: white space inside a line is one space.
        if hasSpace { sink.write(space.span) }
        hasSpace = false
        isEmpty = false
        sink.write(run)
    }

    private mutating func write<Sink: CanonicalSink & ~Copyable>(_ bytes: [UInt8], into sink: inout Sink) {
        write(bytes.span, into: &sink)
    }

    /// The end of the bytes that may be written unchanged, whatever follows the piece. A line end belongs to the run
    /// when the next line starts with a byte that is kept; a single space when a word follows.
    private func endOfRun(_ piece: Span<UInt8>, from start: Int) -> Int {
        let isRelaxed = canonicalization == .relaxed
        let last = piece.count - 1
        var at = start
        while at <= last {
            let byte = piece[at]
            if byte > .space {
                at += 1
            } else if byte == .carriageReturn {
                // A space held back would have to be dropped here, which is `endLine`'s work.
                guard !hasSpace || at > start, at + 2 <= last, piece[at + 1] == .lineFeed else { return at }
                let next = piece[at + 2]
                guard next != .carriageReturn, !isRelaxed || !next.isWhiteSpace else { return at }
                at += 3
            } else if isRelaxed, byte.isWhiteSpace {
                guard byte == .space, at < last, piece[at + 1] > .space else { return at }
                at += 2
            } else {
                at += 1
            }
        }
        return at
    }
}

private let carriageReturn: [UInt8] = [13]
private let lineEnd: [UInt8] = [13, 10]
private let space: [UInt8] = [32]
private let lineEndBlock = [UInt8](repeating: 0, count: 256).indices.map { $0 % 2 == 0 ? UInt8(13) : 10 }

extension UInt8 {
    static let lineFeed: UInt8 = 10
    static let carriageReturn: UInt8 = 13
    static let space: UInt8 = 32
    static let colon: UInt8 = 58
    /// WSP (RFC 6376 §2.8).
    var isWhiteSpace: Bool { self == 32 || self == 9 }
    var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}

extension Canonicalization {
    /// The whole canonical body, for tests and small texts.
    package func body(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var canonicalizer = BodyCanonicalizer(self)
        canonicalizer.update(bytes.span, into: &out)
        canonicalizer.finish(into: &out)
        return out
    }
}
