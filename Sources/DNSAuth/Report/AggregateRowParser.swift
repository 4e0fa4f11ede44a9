import Mail

/// Reads the records of an aggregate report (RFC 9990 §3.1.1.7).
struct AggregateRowParser {
    var rows: [AggregateRow] = []

    mutating func add(_ record: XMLElement, repairs: inout ReportRepairs) {
        var words = ReportKeywords(repairs: repairs)
        let row = record["row"] ?? XMLElement(name: "row")
        // RFC 9990 §3.1.1.10; a draft called them identities.
        let identifiers = record["identifiers"] ?? record["identities"] ?? XMLElement(name: "identifiers")
        let results = record["auth_results"] ?? XMLElement(name: "auth_results")
        let evaluated = row["policy_evaluated"] ?? XMLElement(name: "policy_evaluated")
        let sourceText = row.value("source_ip") ?? ""
        let source = IPAddress(sourceText)
        if sourceText.isEmpty {
            words.repairs.add(.missing(field: "source_ip"))
        } else if source == nil {
            words.repairs.add(.unknownValue(field: "source_ip"))
        }
        let from = identifiers.value("header_from")?.lowercased() ?? ""
        if from.isEmpty { words.repairs.add(.missing(field: "header_from")) }
        var dkim: [AggregateDKIM] = []
        for element in results.all("dkim") {
            if let result = Self.dkim(element, &words) { dkim.append(result) }
        }
        var spf: [AggregateSPF] = []
        for element in results.all("spf") {
            if let result = Self.spf(element, &words) { spf.append(result) }
        }
        rows.append(
            AggregateRow(
                source: source, sourceText: sourceText, count: Self.count(row, &words.repairs),
                disposition: words.required(evaluated, "disposition", fallback: .none),
                isDKIMAligned: words.required(evaluated, "dkim", fallback: Passing.fail) == .pass,
                isSPFAligned: words.required(evaluated, "spf", fallback: Passing.fail) == .pass,
                overrides: Self.overrides(evaluated, &words), headerFrom: from,
                envelopeFrom: identifiers["envelope_from"].map { $0.value.lowercased() },
                envelopeTo: identifiers.value("envelope_to")?.lowercased(), dkim: dkim, spf: spf))
        repairs = words.repairs
    }

    private enum Passing: String {
        case pass
        case fail
    }

    private static func count(_ row: XMLElement, _ repairs: inout ReportRepairs) -> Int {
        guard let text = row.value("count"), let count = Int(text), count >= 0 else {
            repairs.add(.missing(field: "count"))
            return 1
        }
        return count
    }

    /// RFC 9990 §3.1.6. Some write an empty element where there was no override.
    private static func overrides(_ evaluated: XMLElement, _ words: inout ReportKeywords) -> [AggregateOverride] {
        var found: [AggregateOverride] = []
        for reason in evaluated.all("reason") {
            let comment = reason.value("comment") ?? ""
            if reason.value("type") == nil {
                words.repairs.add(.missing(field: "type"))
                if comment.isEmpty { continue }
            }
            let kind: AggregateOverride.Kind = words.optional(reason, "type") ?? .other
            found.append(AggregateOverride(kind, comment: comment))
        }
        return found
    }

    private static func dkim(_ element: XMLElement, _ words: inout ReportKeywords) -> AggregateDKIM? {
        // An empty element stands for no signature.
        guard element.children.contains(where: { !$0.value.isEmpty }) else {
            words.repairs.add(.missing(field: "dkim.domain"))
            return nil
        }
        return AggregateDKIM(
            domain: element.value("domain")?.lowercased() ?? "", selector: element.value("selector") ?? "",
            result: words.required(
                element, "result", fallback: .none,
                synonyms: ["hardfail": .fail, "softfail": .fail, "error": .temperror, "unknown": .neutral]),
            comment: element.value("human_result") ?? "")
    }

    private static func spf(_ element: XMLElement, _ words: inout ReportKeywords) -> AggregateSPF? {
        guard element.children.contains(where: { !$0.value.isEmpty }) else {
            words.repairs.add(.missing(field: "spf.domain"))
            return nil
        }
        if element.value("domain") == nil { words.repairs.add(.missing(field: "spf.domain")) }
        return AggregateSPF(
            domain: element.value("domain")?.lowercased() ?? "", scope: words.optional(element, "scope"),
            result: words.required(
                element, "result", fallback: .none,
                // Words of drafts of SPF and of mail software.
                synonyms: ["hardfail": .fail, "error": .temperror, "unknown": .permerror, "policy": .neutral]),
            comment: element.value("human_result") ?? "")
    }
}
