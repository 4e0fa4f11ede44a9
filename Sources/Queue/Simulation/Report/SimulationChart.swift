/// A report as a picture: what became of each day's attempts with the queue above it, and the same for each source and
/// site in small.
package struct SimulationChart {
    private let report: SimulationReport
    private let title: String
    private var writer = SVGWriter()

    // Tenths of a pixel.
    private let width = 11_000
    private let margin = 500
    private let axis = 700

    package init(_ report: SimulationReport, title: String) {
        self.report = report
        self.title = title
    }

    package var svg: String {
        var chart = self
        return chart.draw()
    }

    private mutating func draw() -> String {
        writer.words(title, x: margin, y: 380, "title")
        legend(y: 640)
        var y = 1_000
        section("Attempts in a day, all sources", &y)
        bars(
            report.days.map(\.total),
            frame: Frame(x: margin + axis, y: y, width: width - 2 * margin - axis, height: 2_000),
            labels: .full)
        y += 2_000 + 700
        section("Deliveries in the queue at the end of the day", &y)
        queue(Frame(x: margin + axis, y: y, width: width - 2 * margin - axis, height: 1_000))
        y += 1_000 + 700
        y = multiples(from: y)
        return writer.document(width: width, height: y + 200, title: title, style: Self.style)
    }

    private struct Frame {
        var x: Int
        var y: Int
        var width: Int
        var height: Int
        var bottom: Int { y + height }
    }

    private enum Labels {
        case full, small
    }

    private mutating func section(_ words: String, _ y: inout Int) {
        writer.words(words, x: margin, y: y, "head")
        y += 200
    }

    private mutating func legend(y: Int) {
        var x = margin
        for (style, word) in [("sent", "delivered"), ("late", "deferred"), ("lost", "bounced"), ("wait", "queued")] {
            writer.rectangle(x: x, y: y - 90, width: 110, height: 110, style)
            writer.words(word, x: x + 160, y: y, "word")
            x += 1_050
        }
    }

    private mutating func bars(_ days: [SimulationReport.Figures], frame: Frame, labels: Labels) {
        let most = Self.round(up: max(1, days.map(\.attempts).max() ?? 1))
        scale(most, frame, labels)
        let step = max(1, frame.width / max(1, days.count))
        for (number, figures) in days.enumerated() {
            var y = frame.bottom
            let x = frame.x + number * step + step / 8
            let words =
                "day \(number + 1): \(Self.grouped(figures.delivered)) delivered, "
                + "\(Self.grouped(figures.deferred)) deferred, \(Self.grouped(figures.bounced)) bounced"
            for (count, style) in [
                (figures.delivered, "sent"), (figures.deferred, "late"), (figures.bounced, "lost"),
            ] {
                let height = count * frame.height / most
                y -= height
                writer.rectangle(x: x, y: y, width: step * 3 / 4, height: height, style, title: words)
            }
            if labels == .full || number == 0 || (number + 1) % 10 == 0 {
                writer.words("\(number + 1)", x: x + step * 3 / 8, y: frame.bottom + 160, "tick", anchor: .middle)
            }
        }
    }

    private mutating func queue(_ frame: Frame) {
        let most = Self.round(up: max(1, report.days.map(\.queued).max() ?? 1))
        scale(most, frame, .full)
        let step = max(1, frame.width / max(1, report.days.count))
        for (number, day) in report.days.enumerated() {
            let height = day.queued * frame.height / most
            writer.rectangle(
                x: frame.x + number * step + step / 8, y: frame.bottom - height, width: step * 3 / 4, height: height,
                "wait", title: "day \(number + 1): \(Self.grouped(day.queued)) queued")
            writer.words(
                "\(number + 1)", x: frame.x + number * step + step / 2, y: frame.bottom + 160, "tick", anchor: .middle)
        }
    }

    private mutating func scale(_ most: Int, _ frame: Frame, _ labels: Labels) {
        for part in labels == .full ? [0, 1, 2, 3, 4] : [0, 4] {
            let y = frame.bottom - frame.height * part / 4
            writer.line(x1: frame.x, y1: y, x2: frame.x + frame.width, y2: y, "grid")
            writer.words(Self.short(most * part / 4), x: frame.x - 60, y: y + 40, "tick", anchor: .end)
        }
    }

    /// One small chart for each source and site that had anything to do, sources side by side.
    private mutating func multiples(from top: Int) -> Int {
        var y = top
        section("Source by site (each with a scale of its own)", &y)
        let columns = max(1, min(5, report.sources.count))
        let gap = 200
        let cell = (width - 2 * margin - (columns - 1) * gap) / columns
        for site in report.sites.indices {
            for first in stride(from: 0, to: report.sources.count, by: columns) {
                for source in first..<min(first + columns, report.sources.count) {
                    let x = margin + (source - first) * (cell + gap)
                    writer.words("\(report.sources[source]) → \(report.sites[site])", x: x, y: y + 150, "word")
                    bars(
                        report.days.map { $0.figures[source][site] },
                        frame: Frame(x: x + 480, y: y + 330, width: cell - 480, height: 700), labels: .small)
                }
                y += 330 + 700 + 330
            }
        }
        return y
    }

    /// The next of 1, 2, 4, 6 or 8 times a power of ten whose quarter is a whole number.
    private static func round(up value: Int) -> Int {
        var power = 1
        while power < Int.max / 100, power * 10 <= value { power *= 10 }
        for factor in [1, 2, 4, 6, 8] where factor * power >= value && factor * power % 4 == 0 { return factor * power }
        return power == 1 ? 12 : 10 * power
    }

    private static func short(_ value: Int) -> String {
        if value >= 1_000_000 { return value % 1_000_000 == 0 ? "\(value / 1_000_000)M" : "\(value / 1_000)k" }
        if value >= 10_000 || (value >= 1_000 && value % 1_000 == 0) { return "\(value / 1_000)k" }
        return "\(value)"
    }

    private static func grouped(_ value: Int) -> String {
        var digits = "\(value)"
        var grouped = ""
        while digits.count > 3 {
            grouped = ",\(digits.suffix(3))\(grouped)"
            digits.removeLast(3)
        }
        return digits + grouped
    }

    /// Colours that differ in lightness, too, so that they can be told apart without hue, on white and on black.
    private static let style = """
        svg{font:11px system-ui,sans-serif;color-scheme:light dark}\
        .ground{fill:#ffffff}.title{font-size:17px;font-weight:600;fill:#1b1f24}.head{font-size:13px;font-weight:600;\
        fill:#1b1f24}.word{fill:#333a42}.tick{font-size:9px;fill:#59636e}.grid{stroke:#d5dae0;stroke-width:1}\
        .sent{fill:#2f7d5b}.late{fill:#e3a72f}.lost{fill:#b3362b}.wait{fill:#5b7fb5}\
        @media (prefers-color-scheme:dark){.ground{fill:#14171b}.title,.head{fill:#f0f3f6}.word{fill:#d3d9df}\
        .tick{fill:#9aa4af}.grid{stroke:#333a42}.sent{fill:#4cae83}.late{fill:#f0c060}.lost{fill:#e0685c}\
        .wait{fill:#86a8dc}}
        """
}
