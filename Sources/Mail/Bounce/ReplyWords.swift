/// The text of a reply as rules compare it: ASCII letters in lower case, each run of blanks one blank, one more blank
/// at both ends, so that a phrase may ask for the border of a word. Of an address the `@` alone is left: whoever
/// chooses an address must not choose what its bounces mean.
package enum ReplyWords {
    /// What stands behind so many bytes is not looked at: a host that needs more words has said the reason before.
    package static let limit = 4_096

    package static func normalized(_ text: Span<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        let count = min(text.count, limit)
        out.reserveCapacity(count + 2)
        out.append(0x20)
        var index = 0
        while index < count {
            let byte = text[index]
            if byte <= 0x20 {
                if out[out.count - 1] != 0x20 { out.append(0x20) }
            } else if byte == UInt8(ascii: "@") {
                while let last = out.last, !isBorder(last) { out.removeLast() }
                out.append(byte)
                while index + 1 < count, !isBorder(text[index + 1]) { index += 1 }
            } else {
                out.append(byte.lowercased)
            }
            index += 1
        }
        if out[out.count - 1] != 0x20 { out.append(0x20) }
        return out
    }

    /// What an address in a reply ends at.
    private static func isBorder(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: ","),
            UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "="):
            true
        default: false
        }
    }

    /// The first enhanced status within the words, as `(#5.1.1)`: many hosts write it where RFC 2034 §4 does not look.
    package static func status(in words: Span<UInt8>) -> EnhancedStatus? {
        var index = 1
        while index + 5 <= words.count {
            defer { index += 1 }
            guard words[index] == UInt8(ascii: "4") || words[index] == UInt8(ascii: "5"),
                words[index + 1] == UInt8(ascii: "."), !words[index - 1].isDigit,
                words[index - 1] != UInt8(ascii: ".")
            else { continue }
            guard let subject = number(words, at: index + 2), subject.end < words.count,
                words[subject.end] == UInt8(ascii: "."), let detail = number(words, at: subject.end + 1)
            else { continue }
            // An address or a version has a fourth number.
            if detail.end + 1 < words.count, words[detail.end] == UInt8(ascii: "."), words[detail.end + 1].isDigit {
                continue
            }
            return EnhancedStatus(words[index] &- UInt8(ascii: "0"), subject.value, detail.value)
        }
        return nil
    }

    /// RFC 3463 §2: one to three digits.
    private static func number(_ words: Span<UInt8>, at start: Int) -> (value: UInt16, end: Int)? {
        var value: UInt16 = 0
        var index = start
        while index < words.count, words[index].isDigit {
            guard index - start < 3 else { return nil }
            value = value * 10 + UInt16(words[index] &- UInt8(ascii: "0"))
            index += 1
        }
        return index > start ? (value, index) : nil
    }
}
