/// Reads `keyword[=value]` one after another (RFC 5321 §4.1.2, esmtp-param).
struct Parameter {
    var keyword: Range<Int>
    /// Never empty; `nil` without `=`.
    var value: Range<Int>?

    /// `nil` at the end of the line.
    static func next(_ cursor: inout ByteCursor) throws(CommandFailure) -> Parameter? {
        cursor.skipBlanks()
        guard !cursor.isAtEnd else { return nil }
        let word = cursor.word()
        let equals = cursor.bytes.firstIndex(of: UInt8(ascii: "="), in: word)
        let keyword = word.lowerBound..<(equals ?? word.upperBound)
        guard isKeyword(cursor.bytes, keyword) else { throw .parameterSyntax }
        guard let equals else { return Parameter(keyword: keyword, value: nil) }
        let value = equals + 1..<word.upperBound
        // esmtp-value: one or more characters, none of them `=`.
        guard !value.isEmpty, cursor.bytes.firstIndex(of: UInt8(ascii: "="), in: value) == nil
        else { throw .parameterSyntax }
        return Parameter(keyword: keyword, value: value)
    }

    private static func isKeyword(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard !range.isEmpty else { return false }
        for index in range {
            switch bytes[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                continue
            case UInt8(ascii: "-") where index > range.lowerBound: continue
            default: return false
            }
        }
        return true
    }
}

/// Which parameters were seen: each may come once (RFC 5321 §4.1.1.11 and the extensions' own texts).
struct SeenParameters: OptionSet {
    let rawValue: UInt8
    static let size = Self(rawValue: 1)
    static let body = Self(rawValue: 2)
    static let utf8 = Self(rawValue: 4)
    static let returnOption = Self(rawValue: 8)
    static let envelopeID = Self(rawValue: 16)
    static let auth = Self(rawValue: 32)
    static let notify = Self(rawValue: 64)
    static let originalRecipient = Self(rawValue: 128)

    mutating func note(_ parameter: SeenParameters) throws(CommandFailure) {
        guard insert(parameter).inserted else { throw .duplicateParameter }
    }
}
