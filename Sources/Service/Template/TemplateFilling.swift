/// Fills `{{name}}`, `{{order.total}}` and `{{name|default:"Customer"}}` in the text of a send. `TemplateText` says what
/// is a tag.
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
        TemplateText(text).filled(with: TemplateLookup(data), escaping: escaping)
    }
}

extension TemplateFilling.Escaping {
    func append(_ value: String, to out: inout [UInt8]) {
        if self == .none {
            out.append(contentsOf: value.utf8)
            return
        }
        for byte in value.utf8 {
            switch (self, byte) {
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
}
