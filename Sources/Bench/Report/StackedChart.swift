/// A picture with one bar for each label, made of the same parts: lying, so that names have room.
struct StackedChart {
    struct Part {
        var name: String
        /// Which colour, from 0.
        var colour: Int
    }

    let id: String
    let title: String
    let unit: String
    let parts: [Part]
    /// A value for each part.
    let bars: [(name: String, values: [Double])]

    private static let rowHeight = 44.0
    private static let barHeight = 24.0

    /// Nothing when there is nothing to draw.
    var markup: Markup? {
        let totals = bars.map { $0.values.reduce(0, +) }
        guard let most = totals.max(), most > 0 else { return nil }
        let frame = ChartFrame(
            id: id, title: title, unit: unit,
            entries: parts.map { .init(name: $0.name, colour: $0.colour, kind: .area) },
            plotHeight: Self.rowHeight * Double(bars.count), left: 12, head: 6)
        let scale = ChartScale.linear(upTo: most)
        var drawing = frame.begin(description: description)
        for tick in scale.ticks {
            frame.line(
                frame.x(scale.place(tick)), frame.y(0), frame.x(scale.place(tick)), frame.y(1), "grid", into: &drawing)
        }
        frame.horizontalAxis(scale.ticks.map { (scale.place($0), ChartScale.word($0)) }, unit, into: &drawing)
        for (row, bar) in bars.enumerated() {
            let top = frame.y(1) + Double(row) * Self.rowHeight
            frame.text(
                "\(bar.name): \(ReportWords.figure(totals[row]))", x: frame.x(0) + 4, y: top + 13, "key", into: &drawing
            )
            var sum = 0.0
            for (part, value) in zip(parts, bar.values) where value > 0 {
                let x = frame.x(scale.place(sum))
                sum += value
                frame.rectangle(
                    x: x, y: top + 17, width: frame.x(scale.place(sum)) - x, height: Self.barHeight,
                    "area s\(part.colour)",
                    title: "\(bar.name), \(part.name): \(ReportWords.figure(value)) \(unit)", into: &drawing)
            }
        }
        frame.end(&drawing)
        return drawing
    }

    private var description: String {
        let lines = bars.map { bar in
            let values = zip(parts, bar.values).filter { $0.1 > 0 }.map { "\($0.0.name) \(ReportWords.figure($0.1))" }
            return "\(bar.name): \(values.joined(separator: ", "))"
        }
        return "\(unit). \(lines.joined(separator: "; "))."
    }
}
