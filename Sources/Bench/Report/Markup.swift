/// The text of a page with pictures. Names of elements and attributes are literals of this program; every value and
/// every word that goes in is escaped, wherever it comes from.
struct Markup {
    private(set) var text = ""

    mutating func open(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:]) {
        begin(name, attributes)
        text += ">"
    }

    mutating func close(_ name: StaticString) { text += "</\(name)>" }

    /// An element without content, as SVG writes it.
    mutating func empty(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:]) {
        begin(name, attributes)
        text += "/>"
    }

    mutating func words(_ words: String) { text += Self.escaped(words) }

    /// An element that holds words only.
    mutating func leaf(_ name: StaticString, _ content: String) { leaf(name, [:], content) }

    mutating func leaf(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String>, _ content: String
    ) {
        open(name, attributes)
        words(content)
        close(name)
    }

    mutating func line() { text += "\n" }

    /// What this program itself has written.
    mutating func literal(_ literal: StaticString) { text += literal.description }

    mutating func append(_ other: Markup) { text += other.text }

    private mutating func begin(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String>) {
        text += "<\(name)"
        for (name, value) in attributes { text += " \(name)=\"\(Self.escaped(value))\"" }
    }

    /// Fit for content and for attributes in quotation marks. Control characters are not allowed in either.
    static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
            case "'": result.append(contentsOf: "&#39;".unicodeScalars)
            case "\n", "\t": result.append(scalar)
            default:
                let isControl = scalar.properties.generalCategory == .control
                result.append(isControl ? "\u{FFFD}" : scalar)
            }
        }
        return String(result)
    }
}
