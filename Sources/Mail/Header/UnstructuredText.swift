/// Free text of a field, as words with the blanks before each, for folding and encoding.
///
/// Plain words stay readable. From the first to the last word that needs it, the text becomes encoded words; the blanks
/// between them are then part of the encoded text, because readers drop blanks between encoded words (RFC 2047 §6.2).
struct UnstructuredText {
    private let scalars: String.UnicodeScalarView
    private var words: [Word] = []

    private struct Word {
        /// Blanks before the word.
        var blanks: Range<String.UnicodeScalarView.Index>
        var text: Range<String.UnicodeScalarView.Index>
        var needsEncoding: Bool
    }

    init(_ text: String) {
        scalars = text.unicodeScalars
        var index = scalars.startIndex
        while index < scalars.endIndex {
            let blanks = index..<Self.end(of: scalars, from: index, blank: true)
            let word = blanks.upperBound..<Self.end(of: scalars, from: blanks.upperBound, blank: false)
            index = word.upperBound
            // Blanks at the end are dropped: many hops do so, and a signature would break.
            guard !word.isEmpty else { break }
            words.append(Word(blanks: blanks, text: word, needsEncoding: Self.needsEncoding(scalars, blanks, word)))
        }
    }

    func write(to folder: inout LineFolder) {
        guard let first = words.firstIndex(where: \.needsEncoding), let last = words.lastIndex(where: \.needsEncoding)
        else {
            for index in words.indices { writePlain(index, to: &folder) }
            return
        }
        for index in words.indices[..<first] { writePlain(index, to: &folder) }
        let region = words[first].text.lowerBound..<words[last].text.upperBound
        EncodedWord.write(scalars[region], after: blanks(first), to: &folder)
        for index in words.indices[(last + 1)...] { writePlain(index, to: &folder) }
    }

    private func writePlain(_ index: Int, to folder: inout LineFolder) {
        folder.add(Self.bytes(scalars[words[index].text]), after: blanks(index))
    }

    /// The blanks before a word as they go out: the first word has the one behind the colon.
    private func blanks(_ index: Int) -> [UInt8] {
        index == 0 ? [0x20] : Self.bytes(scalars[words[index].blanks])
    }

    private static func bytes(_ text: Substring.UnicodeScalarView) -> [UInt8] { Array(String(text).utf8) }

    private static func end(
        of scalars: String.UnicodeScalarView, from start: String.UnicodeScalarView.Index, blank: Bool
    ) -> String.UnicodeScalarView.Index {
        scalars[start...].firstIndex { ($0 == " " || $0 == "\t") != blank } ?? scalars.endIndex
    }

    /// Not ASCII; looks like an encoded word; or could not be folded within the hard limit.
    private static func needsEncoding(
        _ scalars: String.UnicodeScalarView, _ blanks: Range<String.UnicodeScalarView.Index>,
        _ word: Range<String.UnicodeScalarView.Index>
    ) -> Bool {
        var count = 0
        var previous: Unicode.Scalar = " "
        for scalar in scalars[word] {
            if !scalar.isASCII || (previous == "=" && scalar == "?") { return true }
            previous = scalar
            count += 1
        }
        return count + scalars[blanks].count > LineFolder.hard - 100
    }
}

extension EncodedWord {
    /// Writes text as encoded words, the first on the current line if something of it fits there. What fits one word and
    /// can have a line of its own is not cut in two: some readers leave a blank where they join words of a display name.
    static func write(_ text: Substring.UnicodeScalarView, after blanks: [UInt8], to folder: inout LineFolder) {
        // RFC 2047 §2: a line that holds an encoded word has at most 76 characters.
        let room = 76 - folder.column - blanks.count
        let first = room >= smallestWord ? min(room, lengthLimit) : lengthLimit
        var words = encode(text)
        let mustFit = words.count > 1 || folder.isAtStart
        if mustFit, let word = words.first, word.count > first { words = encode(text, firstRoom: first) }
        for (index, word) in words.enumerated() {
            folder.add(word, after: index == 0 ? blanks : [0x20], limit: 76)
        }
    }
}
