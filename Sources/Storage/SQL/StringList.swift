/// A list of strings as one column: a JSON array, so that SQL on the spot can look into it. Pairs stand one after
/// another.
enum StringList {
    static func encode(_ values: [String]) -> String {
        if values.isEmpty { return "[]" }
        var out = JSONText()
        out.raw("[")
        for (index, value) in values.enumerated() {
            if index > 0 { out.raw(",") }
            out.string(value)
        }
        out.raw("]")
        return out.text
    }

    static func encode(pairs: [(key: String, value: String)]) -> String {
        pairs.isEmpty ? "[]" : encode(pairs.flatMap { [$0.key, $0.value] })
    }

    static func decodePairs(_ text: String) -> [(key: String, value: String)] {
        let values = decode(text)
        return stride(from: 0, to: values.count - values.count % 2, by: 2).map { (values[$0], values[$0 + 1]) }
    }

    /// Reads what `encode` writes; anything else ends the list where it begins.
    static func decode(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        var values: [String] = []
        var at = 1
        while at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
            var value: [UInt8] = []
            at += 1
            while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
                guard bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count else {
                    value.append(bytes[at])
                    at += 1
                    continue
                }
                // `JSONText` escapes a control character as \u00XX and nothing else by number.
                if bytes[at + 1] == UInt8(ascii: "u"), at + 5 < bytes.count {
                    value.append(UInt8(String(decoding: bytes[(at + 4)...(at + 5)], as: UTF8.self), radix: 16) ?? 32)
                    at += 6
                } else {
                    value.append(bytes[at + 1])
                    at += 2
                }
            }
            values.append(String(decoding: value, as: UTF8.self))
            at += 2
        }
        return values
    }
}
