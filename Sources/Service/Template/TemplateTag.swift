/// What stands between `{{` and `}}`: `path` or `path|default:"text"`.
struct TemplateTag: Hashable, Sendable {
    var path: [String]
    var fallback: String?

    /// `nil`: nothing of this grammar.
    init?(_ text: String) {
        let parts = text.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let name = Self.trimmed(parts[0])
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isNameByte) else { return nil }
        path = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard !path.contains("") else { return nil }
        guard parts.count == 2 else { return }
        let filter = Self.trimmed(parts[1])
        guard filter.hasPrefix("default:") else { return nil }
        let quoted = Self.trimmed(filter.dropFirst("default:".count))
        guard quoted.utf8.count >= 2, let mark = quoted.first, mark == "\"" || mark == "'", quoted.last == mark
        else { return nil }
        fallback = String(quoted.dropFirst().dropLast())
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }

    static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "$"), 0x80...0xFF:
            true
        default: false
        }
    }
}
