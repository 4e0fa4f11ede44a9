/// All phrases of the rules, found in one pass over a reply: at each place the next four bytes name the few phrases
/// that begin so, and only those are compared.
package struct PhraseIndex: Hashable, Sendable {
    /// A phrase must begin with so many bytes that are not a gap.
    package static let keyLength = 4
    /// What a gap in a phrase may hold at most, so that words of two sentences make no phrase.
    static let gapLimit = 60
    private static let bucketBits = 12

    private struct Phrase: Hashable, Sendable {
        var rule: Int32
        var firstPiece: Int32
        var pieceCount: Int32
    }

    private struct Piece: Hashable, Sendable {
        var start: Int32
        var count: Int32
    }

    private var pool: [UInt8] = []
    private var pieces: [Piece] = []
    /// Sorted by bucket, then by rule.
    private var phrases: [Phrase] = []
    /// Where each bucket begins in `phrases`; one more at the end.
    private var buckets: [Int32]

    /// - Parameter phrases: each with the number of its rule and its pieces, which must follow one another in this
    ///   order with at most `gapLimit` bytes between them. The first has at least `keyLength` bytes.
    package init(_ given: [(rule: Int, pieces: [[UInt8]])]) {
        var sorted: [(bucket: Int, rule: Int, pieces: [[UInt8]])] = given.compactMap { phrase in
            guard let first = phrase.pieces.first, first.count >= Self.keyLength else { return nil }
            return (Self.bucket(first.span, at: 0), phrase.rule, phrase.pieces)
        }
        sorted.sort { ($0.bucket, $0.rule) < ($1.bucket, $1.rule) }
        buckets = [Int32](repeating: 0, count: (1 << Self.bucketBits) + 1)
        for phrase in sorted {
            buckets[phrase.bucket + 1] += 1
            phrases.append(
                Phrase(
                    rule: Int32(phrase.rule), firstPiece: Int32(pieces.count), pieceCount: Int32(phrase.pieces.count)))
            for piece in phrase.pieces {
                pieces.append(Piece(start: Int32(pool.count), count: Int32(piece.count)))
                pool += piece
            }
        }
        for bucket in 1..<buckets.count { buckets[bucket] += buckets[bucket - 1] }
    }

    /// The lowest number of a rule below `limit` with a phrase in the text that also passes the test.
    func first(in text: Span<UInt8>, below limit: Int, where holds: (Int) -> Bool) -> Int? {
        var best = limit
        var place = 0
        while place + Self.keyLength <= text.count {
            let bucket = Self.bucket(text, at: place)
            var candidate = Int(buckets[bucket])
            let end = Int(buckets[bucket + 1])
            while candidate < end, Int(phrases[candidate].rule) < best {
                let phrase = phrases[candidate]
                if matches(phrase, text, at: place), holds(Int(phrase.rule)) {
                    best = Int(phrase.rule)
                    break
                }
                candidate += 1
            }
            place += 1
        }
        return best < limit ? best : nil
    }

    /// Every rule with a phrase in the text, in no order, and as often as it is found while it `wants` to be.
    package func each(in text: Span<UInt8>, where wants: (Int) -> Bool, _ found: (Int) -> Void) {
        var place = 0
        while place + Self.keyLength <= text.count {
            let bucket = Self.bucket(text, at: place)
            for candidate in Int(buckets[bucket])..<Int(buckets[bucket + 1]) {
                let phrase = phrases[candidate]
                guard wants(Int(phrase.rule)), matches(phrase, text, at: place) else { continue }
                found(Int(phrase.rule))
            }
            place += 1
        }
    }

    private func matches(_ phrase: Phrase, _ text: Span<UInt8>, at start: Int) -> Bool {
        let first = Int(phrase.firstPiece)
        guard isPiece(first, text, at: start) else { return false }
        var place = start + Int(pieces[first].count)
        for piece in (first + 1)..<max(first + 1, first + Int(phrase.pieceCount)) {
            let count = Int(pieces[piece].count)
            let last = min(place + Self.gapLimit, text.count - count)
            while place <= last, !isPiece(piece, text, at: place) { place += 1 }
            guard place <= last else { return false }
            place += count
        }
        return true
    }

    private func isPiece(_ piece: Int, _ text: Span<UInt8>, at place: Int) -> Bool {
        let count = Int(pieces[piece].count)
        guard place + count <= text.count else { return false }
        let start = Int(pieces[piece].start)
        for index in 0..<count where pool[start + index] != text[place + index] { return false }
        return true
    }

    private static func bucket(_ text: Span<UInt8>, at place: Int) -> Int {
        let key =
            UInt32(text[place]) | UInt32(text[place + 1]) << 8 | UInt32(text[place + 2]) << 16
            | UInt32(text[place + 3]) << 24
        return Int((key &* 0x9E37_79B1) >> UInt32(32 - bucketBits))
    }
}
