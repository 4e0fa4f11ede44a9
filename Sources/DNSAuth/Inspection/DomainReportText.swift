import Mail

/// A report for people: a line for each topic, a tree of what is published, and what to do.
package struct DomainReportText: Sendable {
    private let usesColours: Bool

    /// - Parameter usesColours: only for a terminal.
    package init(usesColours: Bool = false) { self.usesColours = usesColours }

    /// Ends with a line end.
    package func render(_ report: DomainReport) -> String {
        let unicode = report.domain.unicodeText
        let name = unicode == report.domain.text ? unicode : "\(report.domain) (\(ReportText.printable(unicode)))"
        var out = "\(bold(name)): \(Self.counts(report))\n"
        for section in report.sections {
            out += "\n\(bold(Self.title(section.topic).padded(to: 9))) \(section.summary)\n"
            append(section.published, indent: "  ", to: &out)
            for finding in section.findings {
                out += "  \(word(finding.level))  \(finding.text)\n"
                if let fix = finding.fix { out += "           fix: \(fix)\n" }
            }
        }
        return out
    }

    private static func counts(_ report: DomainReport) -> String {
        func words(_ count: Int, _ noun: String) -> String { count == 1 ? "1 \(noun)" : "\(count) \(noun)s" }
        let problems = report.count(of: .problem)
        let notes = report.count(of: .note)
        if problems == 0, notes == 0 { return "all is well" }
        return [(problems, "problem"), (notes, "note")].filter { $0.0 > 0 }.map { words($0.0, $0.1) }
            .joined(separator: ", ")
    }

    private static func title(_ topic: DomainReport.Topic) -> String {
        switch topic {
        case .mx: "MX"
        case .site: "Site"
        case .mtaSTS: "MTA-STS"
        case .dane: "DANE"
        case .tlsReports: "TLS-RPT"
        case .spf: "SPF"
        case .dkim: "DKIM"
        case .dmarc: "DMARC"
        }
    }

    private func append(_ nodes: [DomainReport.Node], indent: String, to out: inout String) {
        for (index, node) in nodes.enumerated() {
            let isLast = index + 1 == nodes.count
            out += "\(indent)\(isLast ? "└─" : "├─") \(node.text)\n"
            append(node.children, indent: indent + (isLast ? "   " : "│  "), to: &out)
        }
    }

    private func word(_ level: DomainReport.Level) -> String {
        let text = level.rawValue.padded(to: 7)
        guard usesColours else { return text }
        switch level {
        case .ok: return "\u{1B}[32m\(text)\u{1B}[0m"
        case .note: return "\u{1B}[33m\(text)\u{1B}[0m"
        case .problem: return "\u{1B}[31m\(text)\u{1B}[0m"
        }
    }

    private func bold(_ text: String) -> String { usesColours ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
