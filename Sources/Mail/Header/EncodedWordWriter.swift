extension EncodedWord {
    /// RFC 2047 §2: an encoded word has at most 75 characters.
    static let lengthLimit = 75

    /// The text as one or more encoded words in UTF-8, none above 75 characters, none breaking a character
    /// (RFC 2047 §5), each safe in every place including a display name. Q for mostly Latin text, else base64.
    ///
    /// - Parameter firstRoom: characters left for the first word on its line; those that follow get a line each.
    static func encode(_ text: Substring.UnicodeScalarView, firstRoom: Int = lengthLimit) -> [[UInt8]] {
        var qLength = 0
        var length = 0
        for scalar in text {
            let bytes = UTF8.width(scalar)
            length += bytes
            qLength += isQSafe(scalar) || scalar == " " ? 1 : 3 * bytes
        }
        // Q for as long as it costs little: people read it in raw messages.
        return qLength * 4 <= (length + 2) / 3 * 5 * 4 ? words(text, "Q", firstRoom) : words(text, "B", firstRoom)
    }

    /// The shortest room that is worth beginning a word in: the frame and one character of four bytes.
    static let smallestWord = "=?utf-8?Q??=".utf8.count + 12

    private static func words(
        _ text: Substring.UnicodeScalarView, _ encoding: Unicode.Scalar, _ firstRoom: Int
    ) -> [[UInt8]] {
        let frame = "=?utf-8?Q??=".utf8.count
        var words: [[UInt8]] = []
        var content: [UInt8] = []
        var width = 0
        var room = firstRoom - frame
        for scalar in text {
            let bytes = UTF8.width(scalar)
            let isQ = encoding == "Q"
            let added = isQ ? (isQSafe(scalar) || scalar == " " ? 1 : 3 * bytes) : 0
            let after = isQ ? width + added : (content.count + bytes + 2) / 3 * 4
            if after > room, !content.isEmpty {
                words.append(word(content, encoding))
                content.removeAll(keepingCapacity: true)
                width = 0
                room = lengthLimit - frame
            }
            content.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            width += added
        }
        if !content.isEmpty { words.append(word(content, encoding)) }
        return words
    }

    private static func word(_ content: [UInt8], _ encoding: Unicode.Scalar) -> [UInt8] {
        var out = Array("=?utf-8?\(encoding)?".utf8)
        if encoding == "B" {
            Base64.encode(content.span, 0..<content.count, to: &out)
        } else {
            for byte in content {
                if byte == 0x20 {
                    out.append(UInt8(ascii: "_"))
                } else if isQSafe(Unicode.Scalar(byte)) {
                    out.append(byte)
                } else {
                    QuotedPrintable.appendEscape(byte, to: &out)
                }
            }
        }
        out.append(UInt8(ascii: "?"))
        out.append(UInt8(ascii: "="))
        return out
    }

    /// RFC 2047 §5 (3): what may stand in an encoded word in a phrase.
    private static func isQSafe(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.isASCII else { return false }
        switch scalar {
        case "!", "*", "+", "-", "/": return true
        default: return UInt8(scalar.value).isLetterOrDigit
        }
    }
}
