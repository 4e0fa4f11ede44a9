/// Encoded words (RFC 2047 §2): `=?charset?encoding?text?=`.
public enum EncodedWord {
    /// Decodes the text of a field for people to read: encoded words become their characters, and white space between
    /// two of them goes (RFC 2047 §6.2). What is not a proper encoded word, or in an unknown character set, stays.
    ///
    /// Adjacent words of one character set are joined before they are decoded, because senders break words in the middle
    /// of a character. Controls that were hidden in encoded words become blanks.
    public static func decode(_ bytes: Span<UInt8>) -> String {
        var out: [UInt8] = []
        var pending: [UInt8] = []
        var pendingCharset: String?
        var index = 0
        // Where the text goes on unless another encoded word follows at once.
        var plainStart = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "="), let word = parse(bytes, at: index) else {
                index += 1
                continue
            }
            let joins = pendingCharset != nil && isBlank(bytes, plainStart..<index)
            if !joins || pendingCharset != word.charset {
                flush(&pending, pendingCharset, to: &out)
            }
            if !joins { ByteText.append(bytes, plainStart..<index, to: &out) }
            pendingCharset = word.charset
            pending.append(contentsOf: word.content)
            index = word.end
            plainStart = index
        }
        flush(&pending, pendingCharset, to: &out)
        ByteText.append(bytes, plainStart..<bytes.count, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    public static func decode(_ text: String) -> String { decode(text.utf8Span.span) }

    /// RFC 2047 §2 allows 75 characters in all; careless senders write a whole subject as one word.
    private static let contentLimit = 1024

    struct Parsed {
        var charset: String
        var content: [UInt8]
        var end: Int
    }

    /// The encoded word at `start`, or `nil`. White space inside is tolerated; line ends are not.
    static func parse(_ bytes: Span<UInt8>, at start: Int) -> Parsed? {
        guard start + 7 < bytes.count, bytes[start + 1] == UInt8(ascii: "?") else { return nil }
        var index = start + 2
        while index < bytes.count, index - start < 64, bytes[index] != UInt8(ascii: "?") {
            guard bytes[index] > 0x20, bytes[index] < 0x7F else { return nil }
            index += 1
        }
        let charset = start + 2..<index
        guard !charset.isEmpty, index + 3 < bytes.count, bytes[index] == UInt8(ascii: "?"),
            bytes[index + 2] == UInt8(ascii: "?")
        else { return nil }
        let encoding = bytes[index + 1].lowercased
        let textStart = index + 3
        index = textStart
        // Bounded: else text full of beginnings would be searched to its end for each.
        while index + 1 < bytes.count, index - textStart < contentLimit,
            bytes[index] != UInt8(ascii: "?") || bytes[index + 1] != UInt8(ascii: "=")
        {
            guard bytes[index] != 0x0D, bytes[index] != 0x0A else { return nil }
            index += 1
        }
        guard index + 1 < bytes.count, index - textStart < contentLimit else { return nil }
        let name = ByteText.lossy(bytes.extracting(charset)).lowercased()
        let content: [UInt8]?
        switch encoding {
        case UInt8(ascii: "q"): content = decodeQ(bytes, textStart..<index)
        case UInt8(ascii: "b"): content = Base64.decode(bytes.extracting(textStart..<index))
        default: content = nil
        }
        guard let content, Charset.decode([], name: name) != nil else { return nil }
        return Parsed(charset: name, content: content, end: index + 2)
    }

    /// RFC 2047 §4.2. `nil` where an `=` begins no escape: the word is then left as it is (§6.3).
    private static func decodeQ(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8]? {
        var out: [UInt8] = []
        out.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            if byte == UInt8(ascii: "=") {
                guard index + 2 < range.upperBound, let high = bytes[index + 1].hexValue,
                    let low = bytes[index + 2].hexValue
                else { return nil }
                out.append(high << 4 | low)
                index += 3
                continue
            }
            out.append(byte == UInt8(ascii: "_") ? 0x20 : byte)
            index += 1
        }
        return out
    }

    private static func flush(_ pending: inout [UInt8], _ charset: String?, to out: inout [UInt8]) {
        guard let charset, !pending.isEmpty else { return }
        let text = Charset.decode(pending, name: charset) ?? ""
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
            out.append(contentsOf: UTF8.encode(isControl ? " " : scalar) ?? UTF8.encodedReplacementCharacter)
        }
        pending.removeAll(keepingCapacity: true)
    }

    private static func isBlank(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range where !bytes[index].isBlank && bytes[index] != 0x0D && bytes[index] != 0x0A { return false }
        return true
    }
}
