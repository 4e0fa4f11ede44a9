/// The report for a terminal: one column for each label, medians where there are several rounds, then what the runs say
/// about each other, warnings and advice.
package struct TextReport {
    private let report: BenchReport
    private let groups: [RunGroup]
    private let width: Int

    /// - Parameter width: columns of the terminal; tables that are wider are continued below. At least 60.
    package init(_ report: BenchReport, width: Int = 100) {
        self.report = report
        self.width = max(60, width)
        groups = RunGroup.groups(of: report.runs)
    }

    /// Ends with a line end.
    package var text: String {
        var lines = heading
        if groups.isEmpty { lines.append("No run has ended.") }
        lines += tables
        lines += rounds
        let warnings = Advice.warnings(report)
        for section in [
            ReportRatios.lines(groups).flatMap { folded($0, first: "", next: "  ") },
            warnings.flatMap { folded("warning: \($0)", first: "", next: "  ") }, advice(without: warnings),
        ] where !section.isEmpty {
            lines += [""] + section
        }
        return lines.map(Self.clean).joined(separator: "\n") + "\n"
    }

    private var heading: [String] {
        let machine = report.machine
        var lines = ["martlet bench \(report.kind), \(report.startedAt)"]
        lines += wrapped(report.parameters.map { "\($0.name) \($0.value)" }, separator: ", ")
        lines.append(
            "  on \(machine.cores) cores (\(machine.processor)), \(machine.memoryMiB) MiB, \(machine.kernel), "
                + "data on \(machine.fileSystem)")
        lines.append("")
        return lines
    }

    // MARK: the table

    private static let titleWidth = 20
    private static let unitWidth = 11

    private var tables: [String] {
        let metrics = ReportMetric.all(in: report.runs, cores: report.machine.cores)
        let columns = groups.map { group in
            let cells = metrics.map { group.median($0).map(ReportWords.figure) ?? "" }
            return [group.label] + cells
        }
        let widths = columns.map { 2 + max(8, $0.map(\.count).max() ?? 0) }
        let titles = [""] + metrics.map(\.title)
        let units = [""] + metrics.map(\.unit)
        let titleWidth = max(Self.titleWidth, titles.map(\.count).max() ?? 0)
        let unitWidth = max(Self.unitWidth, units.map(\.count).max() ?? 0)
        var lines: [String] = []
        var first = 0
        while first < columns.count {
            var last = first
            var used = titleWidth + 2 + unitWidth + widths[first]
            while last + 1 < columns.count, used + widths[last + 1] <= width {
                last += 1
                used += widths[last]
            }
            if first > 0 { lines.append("") }
            for row in titles.indices where row == 0 || (first...last).contains(where: { !columns[$0][row].isEmpty }) {
                var line = Self.pad(titles[row], to: titleWidth) + "  " + Self.pad(units[row], to: unitWidth)
                for column in first...last { line += Self.pad(columns[column][row], to: widths[column], right: true) }
                lines.append(line)
            }
            first = last + 1
        }
        return lines
    }

    /// Each round's rate, so that a reader sees how far apart they lie.
    private var rounds: [String] {
        guard groups.contains(where: { $0.runs.count > 1 }) else { return [] }
        let labelWidth = groups.map(\.label.count).max() ?? 0
        let rate = ReportMetric.rate(in: report.runs)
        return ["", "medians; \(rate.title), each round (\(rate.unit)):"]
            + groups.map { group in
                "  " + Self.pad(group.label, to: labelWidth)
                    + group.runs.map { Self.pad(ReportWords.figure($0.rate), to: 10, right: true) }.joined()
            }
    }

    private func advice(without warnings: [String]) -> [String] {
        let lines = report.advice.filter { !warnings.contains($0) }
        return lines.isEmpty ? [] : ["advice:"] + lines.flatMap { folded($0, first: "  * ", next: "    ") }
    }

    // MARK: lines

    private func wrapped(_ parts: [String], separator: String) -> [String] {
        folded(parts.joined(separator: separator), first: "  ", next: "  ").filter { $0 != "  " }
    }

    private func folded(_ text: String, first: String, next: String) -> [String] {
        var lines: [String] = []
        var line = first
        var isFresh = true
        for word in text.split(separator: " ") {
            if !isFresh, line.count + 1 + word.count > width {
                lines.append(line)
                line = next
                isFresh = true
            }
            line += (isFresh ? "" : " ") + word
            isFresh = false
        }
        return lines + [line]
    }

    private static func pad(_ text: String, to width: Int, right: Bool = false) -> String {
        let gap = String(repeating: " ", count: max(0, width - text.count))
        return right ? gap + text : text + gap
    }

    /// Nothing behind the last character, and nothing that moves a terminal's cursor: names of processors, threads and
    /// replies come from elsewhere.
    private static func clean(_ line: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in line.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: scalars.append("\u{FFFD}")
            default: scalars.append(scalar)
            }
        }
        while scalars.last == " " { scalars.removeLast() }
        return String(scalars)
    }
}
