/// Pieces of the grammar that structured fields share (RFC 5322 §3.2).
enum StructuredText {
    /// Behind folding white space and nested comments; an unterminated comment reaches to the end.
    static func skipBlanksAndComments(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        var depth = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "(") {
                depth += 1
            } else if byte == UInt8(ascii: ")"), depth > 0 {
                depth -= 1
            } else if byte == UInt8(ascii: "\\"), depth > 0 {
                index += 1
            } else if depth == 0, !byte.isBlank, byte != 0x0D, byte != 0x0A {
                break
            }
            index += 1
        }
        return min(index, bytes.count)
    }

    /// The content of the quoted string at `index`, which is moved behind it. Line ends inside are dropped, and a missing
    /// final quote is supplied.
    static func quotedString(_ bytes: Span<UInt8>, at index: inout Int) -> [UInt8] {
        var out: [UInt8] = []
        index += 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count { index += 1 }
            if bytes[index] != 0x0D, bytes[index] != 0x0A { out.append(bytes[index]) }
            index += 1
        }
        index = min(index + 1, bytes.count)
        return out
    }
}
