/// Fills `{{name}}`, `{{order.total}}` and `{{name|default:"Customer"}}` in the text of a send.
///
/// What is not in the data and has no default becomes empty, as the contract's other engines have it. A `{{` that opens
/// nothing of this grammar (no `}}` on its heels, a block, a helper) stays as it is: the text is the caller's.
package struct TemplateFilling: Sendable {
    package enum Escaping: Hashable, Sendable {
        /// Into HTML: the five characters that could close a tag or an attribute.
        case html
        /// Into plain text.
        case none
        /// Into a header: a line end becomes a blank, so that data cannot add a field.
        case header
    }

    private let data: TemplateValue

    package init(_ data: TemplateValue) { self.data = data }

    package func fill(_ text: String, escaping: Escaping) -> String {
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + 64)
        var at = 0
        // The first `}}` at or after `at + 2`, found once however many braces open before it.
        var end = 0
        while at < bytes.count {
            let opens = bytes[at] == Self.open && at + 1 < bytes.count && bytes[at + 1] == Self.open
            if opens, end < at + 2 { end = Self.closing(bytes, from: at + 2) }
            guard opens, end < bytes.count, end - at <= Self.longestTag,
                let tag = Tag(String(decoding: bytes[(at + 2)..<end], as: UTF8.self))
            else {
                out.append(bytes[at])
                at += 1
                continue
            }
            append(value(of: tag), escaping, to: &out)
            at = end + 2
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static let open = UInt8(ascii: "{")
    private static let close = UInt8(ascii: "}")
    /// Longer than any tag that means anything; it bounds what is looked at again and again in a text of open braces.
    private static let longestTag = 512

    /// The count where there is none.
    private static func closing(_ bytes: [UInt8], from start: Int) -> Int {
        var at = start
        while at + 1 < bytes.count {
            if bytes[at] == close, bytes[at + 1] == close { return at }
            at += 1
        }
        return bytes.count
    }

    private func value(of tag: Tag) -> String {
        let found = data.value(at: tag.path)?.shown
        // An empty text counts as missing where there is a default: that is what a default is wanted for.
        if let fallback = tag.fallback { return found.flatMap { $0.isEmpty ? nil : $0 } ?? fallback }
        return found ?? ""
    }

    private func append(_ value: String, _ escaping: Escaping, to out: inout [UInt8]) {
        for byte in value.utf8 {
            switch (escaping, byte) {
            case (.html, UInt8(ascii: "&")): out.append(contentsOf: "&amp;".utf8)
            case (.html, UInt8(ascii: "<")): out.append(contentsOf: "&lt;".utf8)
            case (.html, UInt8(ascii: ">")): out.append(contentsOf: "&gt;".utf8)
            case (.html, UInt8(ascii: "\"")): out.append(contentsOf: "&quot;".utf8)
            case (.html, UInt8(ascii: "'")): out.append(contentsOf: "&#39;".utf8)
            case (.header, 10), (.header, 13): out.append(UInt8(ascii: " "))
            case (_, _): out.append(byte)
            }
        }
    }

    /// `path` or `path|default:"text"`.
    private struct Tag {
        var path: [Substring]
        var fallback: String?

        init?(_ text: String) {
            let parts = text.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
            let name = Self.trimmed(parts[0])
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isNameByte) else { return nil }
            path = name.split(separator: ".", omittingEmptySubsequences: false)
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

        private static func isNameByte(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "$"), 0x80...0xFF:
                true
            default: false
            }
        }
    }
}
