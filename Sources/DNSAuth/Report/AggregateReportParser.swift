package import Mail

/// Reads the XML of a DMARC aggregate report: RFC 9990 §3.1.1, RFC 7489 appendix C, the drafts before it, and what
/// reporters make of them. Records are read one at a time.
package enum AggregateReportParser {
    private static let namespaces: Set = [
        "", "urn:ietf:params:xml:ns:dmarc-2.0", "http://dmarc.org/dmarc-xml/0.1", "http://dmarc.org/dmarc-xml/0.2",
    ]

    /// Bytes of a broken text that are read as a tree, which takes some ten times their room.
    private static let treeLimit = 8 << 20

    package static func parse(
        _ bytes: [UInt8], limits: ReportLimits = ReportLimits()
    ) throws(ReportFailure) -> AggregateReport {
        if bytes.isEmpty { throw .empty }
        guard bytes.count <= limits.bytes else { throw .tooLarge(limit: limits.bytes) }
        var repairs = ReportRepairs()
        let text = try XMLText.prepare(bytes, repairs: &repairs)
        if let report = try read(text, buildsTree: false, repairs: repairs, limits: limits) { return report }
        guard text.count <= treeLimit else { throw .notAggregate }
        if let report = try read(text, buildsTree: true, repairs: repairs, limits: limits) { return report }
        throw .notAggregate
    }

    /// `nil`: the parser gave up on the text.
    private static func read(
        _ text: [UInt8], buildsTree: Bool, repairs: ReportRepairs, limits: ReportLimits
    ) throws(ReportFailure) -> AggregateReport? {
        var repairs = repairs
        var reader = try XMLReader(text, buildsTree: buildsTree, limits: limits)
        guard try findRoot(&reader, repairs: &repairs) else {
            if reader.gaveUp { return nil }
            throw .notAggregate
        }
        var metadata: XMLElement?
        var published: XMLElement?
        var records = AggregateRowParser()
        var isInside = true
        while isInside {
            switch try reader.next() {
            case .start(let name):
                let element = try XMLElement.read(name, from: &reader, limits: limits)
                switch name {
                case "report_metadata": metadata = metadata ?? element
                case "policy_published": published = published ?? element
                // Half a record would be counted wrong.
                case "record" where element.isCutOff: repairs.add(.notWellFormed)
                case "record":
                    guard records.rows.count < limits.rows else { throw .tooManyRows(limit: limits.rows) }
                    records.add(element, repairs: &repairs)
                // `version`, `extension`, and what nobody knows.
                default: break
                }
            case .end, .finished: isInside = false
            case .text, .other: break
            }
        }
        // To the end, so that mistakes behind the report are seen too.
        while !reader.isAtEnd { _ = try reader.next() }
        if reader.gaveUp, !buildsTree, text.count <= treeLimit { return nil }
        if reader.sawError { repairs.add(.notWellFormed) }
        guard let metadata else { throw .missing(field: "report_metadata") }
        let policy = policy(published, rows: records.rows, repairs: &repairs)
        guard let policy else { throw .missing(field: "policy_published") }
        let reporter = try reporter(metadata, repairs: &repairs)
        for index in records.rows.indices where records.rows[index].headerFrom.isEmpty {
            records.rows[index].headerFrom = policy.domain
        }
        // RFC 9990 §3.1.1.2: at least one record.
        if records.rows.isEmpty { repairs.add(.missing(field: "record")) }
        return AggregateReport(reporter: reporter, policy: policy, rows: records.rows, repairs: repairs.list)
    }

    private static func findRoot(
        _ reader: inout XMLReader, repairs: inout ReportRepairs
    ) throws(ReportFailure) -> Bool {
        while true {
            switch try reader.next() {
            case .start("feedback"):
                if reader.depth > 0 { repairs.add(.wrapped) }
                if !namespaces.contains(reader.namespace) { repairs.add(.foreignNamespace) }
                return true
            case .finished: return false
            case .start, .end, .text, .other: break
            }
        }
    }

    /// RFC 9990 §3.1.1.3.
    private static func reporter(
        _ element: XMLElement, repairs: inout ReportRepairs
    ) throws(ReportFailure) -> ReporterIdentity {
        guard let range = element["date_range"], let begin = seconds(range.value("begin")),
            let end = seconds(range.value("end"))
        else { throw .missing(field: "date_range") }
        if begin > end || end - begin > .seconds(2 * 86_400) { repairs.add(.oddPeriod) }
        let email = element.value("email") ?? ""
        if email.isEmpty { repairs.add(.missing(field: "email")) }
        var organization = element.value("org_name") ?? ""
        if organization.isEmpty {
            repairs.add(.missing(field: "org_name"))
            organization = email.split(separator: "@").last.map(String.init) ?? ""
        }
        var id = element.value("report_id") ?? ""
        if id.isEmpty {
            repairs.add(.missing(field: "report_id"))
            id = "\(organization):\(begin.milliseconds / 1000)"
        }
        return ReporterIdentity(
            organization: organization, email: email, contact: element.value("extra_contact_info") ?? "",
            reportID: id, begin: begin, end: end,
            errors: element.all("error").prefix(100).map(\.value).filter { !$0.isEmpty },
            generator: element.value("generator") ?? "")
    }

    private static func seconds(_ text: String?) -> WallTime? {
        // Some write `1538413632.0`.
        guard let text, let value = Int64(text.prefix { $0 != "." }), (0...253_402_300_799).contains(value) else {
            return nil
        }
        return WallTime(milliseconds: value * 1000)
    }

    /// RFC 9990 §3.1.1.5. Where the element is missing, the rows may say which domain they are about.
    private static func policy(
        _ element: XMLElement?, rows: [AggregateRow], repairs: inout ReportRepairs
    ) -> AggregatePolicy? {
        if element == nil { repairs.add(.missing(field: "policy_published")) }
        let element = element ?? XMLElement(name: "policy_published")
        var domain = element.value("domain")?.lowercased() ?? ""
        if domain.isEmpty {
            guard let first = rows.first(where: { !$0.headerFrom.isEmpty }) else { return nil }
            repairs.add(.missing(field: "domain"))
            domain = first.headerFrom
        }
        var words = ReportKeywords(repairs: repairs)
        let policy = AggregatePolicy(
            domain: domain, p: words.required(element, "p", fallback: .none), sp: words.optional(element, "sp"),
            np: words.optional(element, "np"), adkim: words.optional(element, "adkim"),
            aspf: words.optional(element, "aspf"),
            percent: element.value("pct").flatMap { Int($0) }.flatMap { (0...100).contains($0) ? $0 : nil },
            failureOptions: element.value("fo"),
            isTesting: (words.optional(element, "testing") as YesNo?).map { $0 == .yes },
            discovery: words.optional(element, "discovery_method"))
        repairs = words.repairs
        return policy
    }

    private enum YesNo: String {
        case yes = "y"
        case no = "n"
    }
}
