/// Words and numbers in the bytes of a head.
enum ASCIIText {
    static func firstIndex(of byte: UInt8, in text: Span<UInt8>) -> Int? {
        for index in text.indices where text[index] == byte { return index }
        return nil
    }

    /// Whether the text goes on with this word, which is in small letters, in whatever letters.
    static func matches(_ text: Span<UInt8>, at start: Int, _ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard start >= 0, text.count - start >= count else { return false }
        return word.withUTF8Buffer { letters in
            for index in 0..<count {
                let byte = text[start + index]
                let isCapital = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
                if unsafe (isCapital ? byte | 0x20 : byte) != letters[index] { return false }
            }
            return true
        }
    }

    static func equals(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
        text.count == word.utf8CodeUnitCount && matches(text, at: 0, word)
    }

    /// Whether a list with commas has this word (RFC 9110 §5.6.1).
    static func lists(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
        var start = 0
        while start <= text.count {
            let rest = text.extracting(start..<text.count)
            let end = start + (firstIndex(of: UInt8(ascii: ","), in: rest) ?? rest.count)
            if equals(trimmed(text.extracting(start..<end)), word) { return true }
            start = end + 1
        }
        return false
    }

    /// Without blanks and tabs at both ends.
    @_lifetime(copy text)
    static func trimmed(_ text: Span<UInt8>) -> Span<UInt8> {
        var start = 0
        var end = text.count
        while start < end, text[start] == 32 || text[start] == 9 { start += 1 }
        while end > start, text[end - 1] == 32 || text[end - 1] == 9 { end -= 1 }
        return text.extracting(start..<end)
    }

    /// Digits only, at most fifteen.
    static func decimal(_ text: Span<UInt8>) -> Int? {
        guard (1...15).contains(text.count) else { return nil }
        var value = 0
        for index in text.indices {
            guard text[index] >= UInt8(ascii: "0"), text[index] <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int(text[index] - UInt8(ascii: "0"))
        }
        return value
    }

    /// Digits of base 16 only, at most eight.
    static func hexadecimal(_ text: Span<UInt8>) -> Int? {
        guard (1...8).contains(text.count) else { return nil }
        var value = 0
        for index in text.indices {
            let digit: UInt8
            switch text[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = text[index] - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = text[index] - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = text[index] - UInt8(ascii: "A") + 10
            default: return nil
            }
            value = value << 4 | Int(digit)
        }
        return value
    }
}
