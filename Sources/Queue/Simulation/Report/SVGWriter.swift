/// Writes an SVG document of rectangles, lines and words: no scripts, nothing from outside, every word escaped.
///
/// Colours are classes, which the document defines twice: for light and for dark surroundings. Lengths are tenths of a
/// pixel inside, so that no number depends on how a machine prints fractions.
struct SVGWriter {
    private(set) var body = ""

    init() {}

    /// - Parameter title: what a pointer that rests on it shows, and what screen readers say.
    mutating func rectangle(
        x: Int, y: Int, width: Int, height: Int, _ style: String, title: String? = nil
    ) {
        guard width > 0, height > 0 else { return }
        let shape =
            "<rect x=\"\(Self.pixels(x))\" y=\"\(Self.pixels(y))\" width=\"\(Self.pixels(width))\" "
            + "height=\"\(Self.pixels(height))\" class=\"\(style)\""
        if let title {
            body += "\(shape)><title>\(Self.escape(title))</title></rect>\n"
        } else {
            body += "\(shape)/>\n"
        }
    }

    mutating func line(x1: Int, y1: Int, x2: Int, y2: Int, _ style: String) {
        body +=
            "<line x1=\"\(Self.pixels(x1))\" y1=\"\(Self.pixels(y1))\" x2=\"\(Self.pixels(x2))\" "
            + "y2=\"\(Self.pixels(y2))\" class=\"\(style)\"/>\n"
    }

    mutating func path(_ points: [(x: Int, y: Int)], _ style: String) {
        guard points.count > 1 else { return }
        let text = points.map { "\(Self.pixels($0.x)),\(Self.pixels($0.y))" }.joined(separator: " ")
        body += "<polyline points=\"\(text)\" class=\"\(style)\"/>\n"
    }

    /// - Parameter anchor: `start`, `middle` or `end`.
    mutating func words(_ text: String, x: Int, y: Int, _ style: String, anchor: Anchor = .start) {
        body +=
            "<text x=\"\(Self.pixels(x))\" y=\"\(Self.pixels(y))\" class=\"\(style)\" "
            + "text-anchor=\"\(anchor.rawValue)\">\(Self.escape(text))</text>\n"
    }

    enum Anchor: String {
        case start, middle, end
    }

    /// - Parameters:
    ///   - width: in tenths of a pixel, as everything.
    ///   - style: the style sheet.
    func document(width: Int, height: Int, title: String, style: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.pixels(width)) \(Self.pixels(height))" \
        width="\(Self.pixels(width))" height="\(Self.pixels(height))" role="img">
        <title>\(Self.escape(title))</title>
        <style>\(style)</style>
        <rect width="100%" height="100%" class="ground"/>
        \(body)</svg>

        """
    }

    private static func pixels(_ tenths: Int) -> String {
        let part = abs(tenths) % 10
        let whole = "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10)"
        return part == 0 ? whole : "\(whole).\(part)"
    }

    /// What XML 1.0 wants escaped; characters that it does not know at all become U+FFFD.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\t", "\n", "\r": escaped += " "
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
