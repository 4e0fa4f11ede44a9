import Mail

/// A report for programs: one JSON object, keys in a fixed order.
package enum DomainReportJSON {
    /// Without a line end behind it.
    package static func render(_ report: DomainReport) -> String {
        let document = JSONText.object([
            ("domain", .string(report.domain.text)), ("status", .string(report.level.rawValue)),
            ("problems", .number(report.count(of: .problem))), ("notes", .number(report.count(of: .note))),
            ("sections", .array(report.sections.map(value))),
        ])
        return document.indented
    }

    private static func value(_ section: DomainReport.Section) -> JSONText {
        .object([
            ("topic", .string(section.topic.rawValue)), ("status", .string(section.level.rawValue)),
            ("summary", .string(section.summary)), ("facts", value(.object(section.facts))),
            ("published", .array(section.published.map(value))), ("findings", .array(section.findings.map(value))),
        ])
    }

    private static func value(_ node: DomainReport.Node) -> JSONText {
        .object([("text", .string(node.text)), ("children", .array(node.children.map(value)))])
    }

    private static func value(_ finding: DomainReport.Finding) -> JSONText {
        .object(
            [("level", .string(finding.level.rawValue)), ("text", .string(finding.text))]
                + (finding.fix.map { [("fix", .string($0))] } ?? []))
    }

    private static func value(_ fact: DomainReport.FactValue) -> JSONText {
        switch fact {
        case .text(let text): .string(text)
        case .number(let number): .number(number)
        case .flag(let flag): .bool(flag)
        case .list(let values): .array(values.map(value))
        case .object(let facts): .object(facts.map { ($0.name, value($0.value)) })
        }
    }
}
