/// A JSON value (RFC 8259) on its way out. Members stand in the order in which they are given.
///
/// Controls, also those of Latin-1, are escaped: whatever strangers wrote, the text does nothing to a terminal.
indirect enum JSONText {
    case null
    case bool(Bool)
    case number(Int)
    case string(String)
    case array([JSONText])
    case object([(String, JSONText)])

    static func optional(_ text: String?) -> JSONText { text.map { .string($0) } ?? .null }

    /// Without white space.
    var compact: String {
        var out = ""
        append(to: &out, depth: nil)
        return out
    }

    /// Two spaces a level, without a line end behind it.
    var indented: String {
        var out = ""
        append(to: &out, depth: 0)
        return out
    }

    private func append(to out: inout String, depth: Int?) {
        switch self {
        case .null: out += "null"
        case .bool(let value): out += value ? "true" : "false"
        case .number(let value): out += "\(value)"
        case .string(let value): Self.append(value, to: &out)
        case .array(let values):
            Self.nest("[", "]", values, to: &out, depth) { value, out, depth in value.append(to: &out, depth: depth) }
        case .object(let members):
            Self.nest("{", "}", members, to: &out, depth) { member, out, depth in
                Self.append(member.0, to: &out)
                out += depth == nil ? ":" : ": "
                member.1.append(to: &out, depth: depth)
            }
        }
    }

    private static func nest<Element>(
        _ open: String, _ close: String, _ elements: [Element], to out: inout String, _ depth: Int?,
        _ append: (Element, inout String, Int?) -> Void
    ) {
        out += open
        for (index, element) in elements.enumerated() {
            if index > 0 { out += "," }
            if let depth { out += "\n" + String(repeating: "  ", count: depth + 1) }
            append(element, &out, depth.map { $0 + 1 })
        }
        if let depth, !elements.isEmpty { out += "\n" + String(repeating: "  ", count: depth) }
        out += close
    }

    /// RFC 8259 §7.
    private static func append(_ text: String, to out: inout String) {
        out += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                out += "\\"
                out.unicodeScalars.append(scalar)
            case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        out += "\""
    }
}
