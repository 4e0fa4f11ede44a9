/// What all pictures of the page have: size, title, legend, axes. Drawn for a width of 420, which a telephone shows at
/// three quarters of its size and a screen somewhat larger.
struct ChartFrame {
    struct Entry {
        enum Kind { case line, dashes, area }
        var name: String
        var colour: Int
        var kind: Kind
    }

    let id: String
    let title: String
    let unit: String
    let entries: [Entry]
    /// Of the part between the axes.
    var plotHeight = 200.0
    /// Room for what stands to the left of the vertical axis.
    var left = 52.0

    static let width = 420.0
    private static let right = 20.0
    /// As wide as a character is at most, on average.
    private static let character = 7.2

    /// The legend takes as many lines as it needs.
    private var legendRows: [[Entry]] {
        var rows: [[Entry]] = []
        var used = Double.infinity
        for entry in entries {
            let width = Self.width(of: entry)
            if used + width > Self.width - Self.right {
                rows.append([])
                used = 0
            }
            rows[rows.count - 1].append(entry)
            used += width
        }
        return rows
    }

    private static func width(of entry: Entry) -> Double { 34 + Double(entry.name.count) * character }

    /// Room for the unit of the vertical axis.
    var head = 30.0

    private var top: Double { head + Double(legendRows.count) * 20 }
    private var height: Double { top + plotHeight + 40 }

    func x(_ share: Double) -> Double { left + share * (Self.width - left - Self.right) }
    func y(_ share: Double) -> Double { top + plotHeight - share * plotHeight }

    /// - Parameter description: the picture in words.
    func begin(description: String) -> Markup {
        var drawing = Markup()
        let (name, words) = ("\(id)-title", "\(id)-words")
        drawing.open("figure")
        drawing.leaf("figcaption", ["id": "\(id)-caption"], title)
        drawing.open(
            "svg",
            [
                "viewBox": "0 0 \(ReportWords.coordinate(Self.width)) \(ReportWords.coordinate(height))", "role": "img",
                "aria-labelledby": "\(name) \(words)",
            ])
        drawing.leaf("title", ["id": name], title)
        drawing.leaf("desc", ["id": words], description)
        legend(into: &drawing)
        return drawing
    }

    func end(_ drawing: inout Markup) {
        drawing.close("svg")
        drawing.close("figure")
        drawing.line()
    }

    private func legend(into drawing: inout Markup) {
        for (row, entries) in legendRows.enumerated() {
            var x = 2.0
            let y = 12 + Double(row) * 20
            for entry in entries {
                switch entry.kind {
                case .area:
                    rectangle(x: x, y: y - 9, width: 22, height: 11, "area s\(entry.colour)", into: &drawing)
                case .line, .dashes:
                    let style = "line s\(entry.colour)\(entry.kind == .dashes ? " dash" : "")"
                    line(x, y - 4, x + 22, y - 4, style, into: &drawing)
                }
                text(entry.name, x: x + 28, y: y, "key", into: &drawing)
                x += Self.width(of: entry)
            }
        }
    }

    func verticalAxis(_ scale: ChartScale, into drawing: inout Markup) {
        text(unit, x: 2, y: top - 14, "tick", into: &drawing)
        for tick in scale.ticks {
            let y = y(scale.place(tick))
            line(left, y, Self.width - Self.right, y, "grid", into: &drawing)
            text(ChartScale.word(tick), x: left - 6, y: y + 4, "tick end", into: &drawing)
        }
    }

    /// - Parameter marks: places from 0 to 1, and what to write there.
    func horizontalAxis(_ marks: [(Double, String)], _ unit: String?, into drawing: inout Markup) {
        line(left, y(0), Self.width - Self.right, y(0), "axis", into: &drawing)
        for (share, word) in marks {
            line(x(share), y(0), x(share), y(0) + 4, "axis", into: &drawing)
            text(word, x: x(share), y: y(0) + 18, "tick middle", into: &drawing)
        }
        if let unit { text(unit, x: Self.width - Self.right, y: y(0) + 34, "tick end", into: &drawing) }
    }

    // MARK: shapes

    func text(_ words: String, x: Double, y: Double, _ style: String, into drawing: inout Markup) {
        drawing.leaf(
            "text", ["class": style, "x": ReportWords.coordinate(x), "y": ReportWords.coordinate(y)], words)
    }

    func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String, into drawing: inout Markup) {
        drawing.empty(
            "line",
            [
                "class": style, "x1": ReportWords.coordinate(x1), "y1": ReportWords.coordinate(y1),
                "x2": ReportWords.coordinate(x2), "y2": ReportWords.coordinate(y2),
            ])
    }

    func rectangle(
        x: Double, y: Double, width: Double, height: Double, _ style: String, title: String? = nil,
        into drawing: inout Markup
    ) {
        drawing.open(
            "rect",
            [
                "class": style, "x": ReportWords.coordinate(x), "y": ReportWords.coordinate(y),
                "width": ReportWords.coordinate(max(0, width)), "height": ReportWords.coordinate(max(0, height)),
            ])
        if let title { drawing.leaf("title", title) }
        drawing.close("rect")
    }
}
