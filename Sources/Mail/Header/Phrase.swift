/// A display name on its way into a field: atoms where they do, else a quoted string, else encoded words
/// (RFC 5322 §3.2.5, RFC 2047 §5 (3)).
struct Phrase {
    private let text: String

    init(_ text: String) { self.text = text }

    func write(to folder: inout LineFolder) {
        let words = text.utf8.split(separator: 0x20, omittingEmptySubsequences: false)
        let isASCII = text.utf8.allSatisfy { $0.isASCII && !$0.isControl }
        guard isASCII, !text.contains("=?"), words.allSatisfy({ $0.count < LineFolder.hard / 2 }) else {
            EncodedWord.write(text.unicodeScalars[...], after: [0x20], to: &folder)
            return
        }
        if words.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isAtext) }) {
            for word in words { folder.add(Array(word)) }
            return
        }
        // A quoted string may be folded where it has a blank, and the blank is kept (RFC 5322 §3.2.4).
        for (index, piece) in Self.quotedPieces(text).enumerated() {
            folder.add(piece.word, after: index == 0 ? [0x20] : piece.blanks)
        }
    }

    /// The quoted string cut before each run of blanks.
    private static func quotedPieces(_ text: String) -> [(blanks: [UInt8], word: [UInt8])] {
        var pieces: [(blanks: [UInt8], word: [UInt8])] = [([], [UInt8(ascii: "\"")])]
        var wasBlank = true
        for byte in text.utf8 {
            if byte == 0x20, pieces.count > 1 || pieces[0].word.count > 1 {
                if !wasBlank { pieces.append(([], [])) }
                pieces[pieces.count - 1].blanks.append(byte)
                wasBlank = true
                continue
            }
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                pieces[pieces.count - 1].word.append(UInt8(ascii: "\\"))
            }
            pieces[pieces.count - 1].word.append(byte)
            wasBlank = false
        }
        pieces[pieces.count - 1].word.append(UInt8(ascii: "\""))
        return pieces
    }
}
