package import Mail

/// What a reply must say. What is empty is not asked; of each list one entry must hold.
package struct ShapingPattern: Hashable, Sendable {
    package var codes: [BounceRule.CodePattern]
    package var statuses: [BounceRule.StatusPattern]
    package var phrases: [ShapingPhrase]

    package init(
        codes: [BounceRule.CodePattern] = [], statuses: [BounceRule.StatusPattern] = [],
        phrases: [ShapingPhrase] = []
    ) {
        self.codes = codes
        self.statuses = statuses
        self.phrases = phrases
    }

    /// It would match every reply.
    package var isEmpty: Bool { codes.isEmpty && statuses.isEmpty && phrases.isEmpty }

    /// All but the phrases, which the index has found.
    func holds(code: UInt16, _ status: EnhancedStatus?) -> Bool {
        if !codes.isEmpty, !codes.contains(where: { $0.holds(code) }) { return false }
        if statuses.isEmpty { return true }
        guard let status else { return false }
        return statuses.contains { $0.holds(status) }
    }
}

/// Words that a reply must have: any case, one blank for any white space, `*` for up to 60 bytes. There are no
/// regular expressions: a reply is written by strangers, and some expressions take years over some texts.
package struct ShapingPhrase: Hashable, Sendable {
    /// As `ReplyWords` has them, between the gaps. The first has at least four bytes.
    let pieces: [[UInt8]]

    /// Bytes.
    package static let limit = 200

    /// `nil`: it has fewer than four bytes before the first gap, ends with a gap, is longer than `limit`, or has an `@`
    /// (addresses in replies are not compared: who chooses an address must not set off a rule).
    package init?(_ text: String) {
        guard text.utf8.count <= Self.limit, !text.utf8.contains(UInt8(ascii: "@")) else { return nil }
        var pieces: [[UInt8]] = []
        let parts = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
        for (number, part) in parts.enumerated() {
            var piece: [UInt8] = []
            for byte in part {
                if byte > 0x20 {
                    piece.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
                } else if piece.last != 0x20 {
                    piece.append(0x20)
                }
            }
            // A blank beside a gap says nothing; one at the end of a phrase asks for the border of a word.
            if number > 0, piece.first == 0x20 { piece.removeFirst() }
            if number < parts.count - 1, piece.last == 0x20 { piece.removeLast() }
            guard piece.contains(where: { $0 != 0x20 }) else { return nil }
            pieces.append(piece)
        }
        guard let first = pieces.first, first.count >= PhraseIndex.keyLength else { return nil }
        self.pieces = pieces
    }
}
