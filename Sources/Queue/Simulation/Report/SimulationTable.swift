/// A report as a table for a terminal: one line for each day, one for each source and site below it, and the sums.
package struct SimulationTable {
    private let report: SimulationReport

    package init(_ report: SimulationReport) { self.report = report }

    package var text: String {
        var lines: [[String]] = [Self.heading]
        for (number, day) in report.days.enumerated() {
            lines.append(dayLine(number, day))
            for source in report.sources.indices {
                for site in report.sites.indices {
                    let figures = day.figures[source][site]
                    guard figures.attempts > 0 || stage(day, source, site) != nil else { continue }
                    lines.append(cellLine(day, source, site, figures))
                }
            }
        }
        lines.append(sumLine)
        return Self.align(lines) + rules
    }

    private static let heading = [
        "DAY", "SOURCE", "SITE", "SENT", "DEFERRED", "BOUNCED", "QUEUED", "OLDEST", "WARM-UP",
    ]

    private func dayLine(_ number: Int, _ day: SimulationReport.Day) -> [String] {
        let total = day.total
        var notes: [String] = []
        if day.expired > 0 { notes.append("\(day.expired) expired") }
        if day.cancelled > 0 { notes.append("\(day.cancelled) cancelled") }
        if day.unroutable > 0 { notes.append("\(day.unroutable) unroutable") }
        return [
            "\(number + 1)", day.date, "all", "\(total.delivered)", "\(total.deferred)", "\(total.bounced)",
            "\(day.queued)", Self.age(day.oldest), notes.joined(separator: ", "),
        ]
    }

    private func cellLine(
        _ day: SimulationReport.Day, _ source: Int, _ site: Int, _ figures: SimulationReport.Figures
    ) -> [String] {
        let warmup =
            stage(day, source, site).map { stage in
                stage.cap.map { "stage \(stage.stage): \(stage.sent) of \($0)" } ?? "finished"
            } ?? ""
        return [
            "", report.sources[source], report.sites[site], "\(figures.delivered)", "\(figures.deferred)",
            "\(figures.bounced)", "", "", warmup,
        ]
    }

    private var sumLine: [String] {
        let total = report.total
        return [
            "sum", "", "", "\(total.delivered)", "\(total.deferred)", "\(total.bounced)",
            "\(report.days.last?.queued ?? 0)", "", "",
        ]
    }

    private func stage(_ day: SimulationReport.Day, _ source: Int, _ site: Int) -> SimulationReport.Stage? {
        day.stages.first { $0.source == report.sources[source] && $0.group == report.sites[site] }
    }

    private var rules: String {
        var text = ""
        for (number, day) in report.days.enumerated() where !day.rules.isEmpty {
            let fired = day.rules.map { "\($0.rule) x\($0.count)" }.joined(separator: ", ")
            text += "rules fired on day \(number + 1): \(fired)\n"
        }
        return text
    }

    private static func age(_ seconds: Int) -> String {
        switch seconds {
        case 0: ""
        case ..<7_200: "\(seconds / 60)m"
        case ..<172_800: "\(seconds / 3_600)h"
        default: "\(seconds / 86_400)d"
        }
    }

    /// Numbers to the right, words to the left.
    private static func align(_ lines: [[String]]) -> String {
        let widths = heading.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { cells in
            var line = ""
            for (column, cell) in cells.enumerated() {
                let blanks = String(repeating: " ", count: widths[column] - cell.count)
                line += (3...7).contains(column) ? blanks + cell : cell + blanks
                line += "  "
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
