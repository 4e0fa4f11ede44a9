/// A picture with lines: values over time or over categories. Lines differ by colour and by dashes, each is named in
/// the legend, and the whole is described in words for whoever cannot see it.
struct LineChart {
    struct Series {
        var name: String
        /// Which colour, from 0.
        var colour: Int
        var isDashed = false
        var points: [(x: Double, y: Double)]
    }

    enum Horizontal {
        /// Seconds from 0 to the end.
        case time(upTo: Double)
        /// Points have 0, 1, 2 ... as their x, and a dot each.
        case categories([String])
    }

    let id: String
    let title: String
    let unit: String
    let horizontal: Horizontal
    let isLogarithmic: Bool
    let series: [Series]

    private var frame: ChartFrame { ChartFrame(id: id, title: title, unit: unit, entries: legend) }

    private var legend: [ChartFrame.Entry] {
        series.map { .init(name: $0.name, colour: $0.colour, kind: $0.isDashed ? .dashes : .line) }
    }

    /// Nothing when there is nothing to draw.
    var markup: Markup? {
        let values = series.flatMap { $0.points.map(\.y) }
        guard values.contains(where: { $0.isFinite }) else { return nil }
        let vertical =
            isLogarithmic ? ChartScale.logarithmic(values) : ChartScale.linear(upTo: values.max() ?? 1)
        var drawing = frame.begin(description: description)
        frame.verticalAxis(vertical, into: &drawing)
        let across: ChartScale
        switch horizontal {
        case .time(let end):
            across = ChartScale.time(upTo: end)
            frame.horizontalAxis(across.ticks.map { (across.place($0), ChartScale.word($0)) }, "s", into: &drawing)
        case .categories(let names):
            // Half a category of room at both ends.
            let count = Double(max(1, names.count))
            across = ChartScale(kind: .linear, low: -0.5, high: count - 0.5, ticks: [])
            let marks = names.enumerated().map { (across.place(Double($0.offset)), $0.element) }
            frame.horizontalAxis(marks, nil, into: &drawing)
        }
        for line in series where !line.points.isEmpty {
            let places = line.points.map { point in
                (frame.x(across.place(point.x)), frame.y(vertical.place(point.y)))
            }
            draw(line, places, into: &drawing)
        }
        frame.end(&drawing)
        return drawing
    }

    private func draw(_ line: Series, _ places: [(Double, Double)], into drawing: inout Markup) {
        let points = places.map { "\(ReportWords.coordinate($0.0)),\(ReportWords.coordinate($0.1))" }
        drawing.empty(
            "polyline",
            [
                "class": "line s\(line.colour)\(line.isDashed ? " dash" : "")", "points": points.joined(separator: " "),
            ])
        // A line of one point would be nothing.
        if case .time = horizontal, places.count > 1 { return }
        for (place, point) in zip(places, line.points) {
            drawing.open(
                "circle",
                [
                    "class": "dot s\(line.colour)", "cx": ReportWords.coordinate(place.0),
                    "cy": ReportWords.coordinate(place.1), "r": "3.5",
                ])
            drawing.leaf("title", "\(line.name): \(ReportWords.figure(point.y)) \(unit)")
            drawing.close("circle")
        }
    }

    private var description: String {
        let lines = series.map { line in
            switch horizontal {
            case .categories(let names):
                let values = line.points.map { point in
                    let name = names.indices.contains(Int(point.x)) ? names[Int(point.x)] : ""
                    return "\(name) \(ReportWords.figure(point.y))"
                }
                return "\(line.name): \(values.joined(separator: ", "))"
            case .time:
                let values = line.points.map(\.y)
                return "\(line.name): from \(ReportWords.figure(values.first ?? 0)) at the beginning to "
                    + "\(ReportWords.figure(values.last ?? 0)) at the end, "
                    + "at most \(ReportWords.figure(values.max() ?? 0))"
            }
        }
        return "\(unit). \(lines.joined(separator: "; "))."
    }
}
