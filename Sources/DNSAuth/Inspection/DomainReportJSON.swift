import Mail

/// A report for programs: one JSON object (RFC 8259), keys in a fixed order.
package enum DomainReportJSON {
    /// Without a line end behind it.
    package static func render(_ report: DomainReport) -> String {
        var out = ""
        append(
            .object([
                .init(name: "domain", value: .text(report.domain.text)),
                .init(name: "status", value: .text(report.level.rawValue)),
                .init(name: "problems", value: .number(report.count(of: .problem))),
                .init(name: "notes", value: .number(report.count(of: .note))),
                .init(name: "sections", value: .list(report.sections.map { .object(section($0)) })),
            ]), depth: 0, to: &out)
        return out
    }

    private static func section(_ section: DomainReport.Section) -> [DomainReport.Fact] {
        [
            .init(name: "topic", value: .text(section.topic.rawValue)),
            .init(name: "status", value: .text(section.level.rawValue)),
            .init(name: "summary", value: .text(section.summary)),
            .init(name: "facts", value: .object(section.facts)),
            .init(name: "published", value: .list(section.published.map { node($0) })),
            .init(name: "findings", value: .list(section.findings.map { .object(finding($0)) })),
        ]
    }

    private static func node(_ node: DomainReport.Node) -> DomainReport.FactValue {
        .object([
            .init(name: "text", value: .text(node.text)),
            .init(name: "children", value: .list(node.children.map { Self.node($0) })),
        ])
    }

    private static func finding(_ finding: DomainReport.Finding) -> [DomainReport.Fact] {
        var facts: [DomainReport.Fact] = [
            .init(name: "level", value: .text(finding.level.rawValue)),
            .init(name: "text", value: .text(finding.text)),
        ]
        if let fix = finding.fix { facts.append(.init(name: "fix", value: .text(fix))) }
        return facts
    }

    private static func append(_ value: DomainReport.FactValue, depth: Int, to out: inout String) {
        let indent = String(repeating: "  ", count: depth + 1)
        let end = "\n" + String(repeating: "  ", count: depth)
        switch value {
        case .text(let text): append(text, to: &out)
        case .number(let number): out += "\(number)"
        case .flag(let flag): out += flag ? "true" : "false"
        case .list(let values):
            guard !values.isEmpty else {
                out += "[]"
                return
            }
            out += "["
            for (index, value) in values.enumerated() {
                out += (index == 0 ? "\n" : ",\n") + indent
                append(value, depth: depth + 1, to: &out)
            }
            out += end + "]"
        case .object(let facts):
            guard !facts.isEmpty else {
                out += "{}"
                return
            }
            out += "{"
            for (index, fact) in facts.enumerated() {
                out += (index == 0 ? "\n" : ",\n") + indent
                append(fact.name, to: &out)
                out += ": "
                append(fact.value, depth: depth + 1, to: &out)
            }
            out += end + "}"
        }
    }

    /// RFC 8259 §7.
    private static func append(_ text: String, to out: inout String) {
        out += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        out += "\""
    }
}
