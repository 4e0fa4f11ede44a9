import FoundationEssentials
package import Mail

/// Reads the JSON of a TLS report (RFC 8460 §4.4), with what real reporters write in place of it: a string for a list,
/// numbers in quotes, words that the RFC does not have.
package enum TLSReportParser {
    package static func parse(
        _ bytes: [UInt8], limits: ReportLimits = ReportLimits()
    ) throws(ReportFailure) -> TLSReport {
        if bytes.isEmpty { throw .empty }
        guard bytes.count <= limits.json else { throw .tooLarge(limit: limits.json) }
        var repairs = ReportRepairs()
        let document = try document(bytes, limits: limits, repairs: &repairs)
        guard let entries = document.policies?.values else { throw .missing(field: "policies") }
        guard let begin = document.range?.start.flatMap({ WallTime(rfc3339: $0) }),
            let end = document.range?.end.flatMap({ WallTime(rfc3339: $0) })
        else { throw .missing(field: "date-range") }
        if begin > end || end - begin > .seconds(8 * 86_400) { repairs.add(.oddPeriod) }
        if document.policies?.isOdd == true { repairs.add(.wrongType(field: "policies")) }
        var rows = 0
        var policies: [TLSReportPolicy] = []
        for entry in entries {
            rows += 1 + (entry.details?.values.count ?? 0)
            guard rows <= limits.rows else { throw .tooManyRows(limit: limits.rows) }
            policies.append(policy(entry, &repairs))
        }
        if policies.isEmpty { repairs.add(.missing(field: "policies")) }
        return TLSReport(
            organization: text(document.organization, "organization-name", &repairs),
            contact: text(document.contact, "contact-info", &repairs),
            reportID: text(document.reportID, "report-id", &repairs), begin: begin, end: end, policies: policies,
            repairs: repairs.list)
    }

    private static func document(
        _ bytes: [UInt8], limits: ReportLimits, repairs: inout ReportRepairs
    ) throws(ReportFailure) -> TLSReportJSON {
        var bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        if String(validating: bytes, as: UTF8.self) == nil {
            repairs.add(.badCharacters)
            bytes = Array(String(decoding: bytes, as: UTF8.self).utf8)
        }
        guard isShallow(bytes.span, limit: limits.depth) else { throw .tooDeep(limit: limits.depth) }
        do {
            return try JSONDecoder().decode(TLSReportJSON.self, from: Data(bytes))
        } catch DecodingError.dataCorrupted {
            throw .notJSON
        } catch {
            throw .notTLSReport
        }
    }

    /// Looked at before the library recurses into it.
    private static func isShallow(_ bytes: Span<UInt8>, limit: Int) -> Bool {
        var depth = 0
        var inString = false
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\") where inString: index += 1
            case UInt8(ascii: "\""): inString.toggle()
            case UInt8(ascii: "{") where !inString, UInt8(ascii: "[") where !inString:
                depth += 1
                if depth > limit { return false }
            case UInt8(ascii: "}") where !inString, UInt8(ascii: "]") where !inString: depth -= 1
            default: break
            }
            index += 1
        }
        return true
    }

    private static func policy(_ entry: TLSReportJSON.Entry, _ repairs: inout ReportRepairs) -> TLSReportPolicy {
        let policy = entry.policy
        let kind = keyword(policy?.type, "policy-type", &repairs) as TLSReportPolicy.Kind?
        let domain = policy?.domain?.lowercased() ?? ""
        if domain.isEmpty { repairs.add(.missing(field: "policy-domain")) }
        // RFC 8460 §4.4 shows a list; its own example in appendix B is a string.
        if policy?.hosts?.isOdd == true { repairs.add(.wrongType(field: "mx-host")) }
        if policy?.strings?.isOdd == true { repairs.add(.wrongType(field: "policy-string")) }
        let details = (entry.details?.values ?? []).map { detail($0, &repairs) }
        let successes = count(entry.summary?.successes, "total-successful-session-count", &repairs)
        let failures = count(entry.summary?.failures, "total-failure-session-count", &repairs)
        let sum = details.reduce(0) { $0.addingReportingOverflow($1.count).partialValue }
        if !details.isEmpty, sum != failures { repairs.add(.inconsistentCounts) }
        return TLSReportPolicy(
            kind: kind, strings: (policy?.strings?.values ?? []).map(clean), domain: clean(domain),
            hosts: (policy?.hosts?.values ?? []).map { clean($0.lowercased()) }, successes: successes,
            failures: failures, details: details)
    }

    private static func detail(_ detail: TLSReportJSON.Detail, _ repairs: inout ReportRepairs) -> TLSReportFailure {
        TLSReportFailure(
            keyword(detail.result, "result-type", &repairs), resultText: clean(detail.result ?? ""),
            sendingAddress: clean(detail.sendingAddress ?? ""),
            receivingHost: clean(detail.receivingHost?.lowercased() ?? ""),
            receivingHELO: clean(detail.receivingHELO ?? ""), receivingAddress: clean(detail.receivingAddress ?? ""),
            count: count(detail.count, "failed-session-count", &repairs), information: clean(detail.information ?? ""),
            reasonCode: clean(detail.reasonCode ?? ""))
    }

    private static func keyword<Word: RawRepresentable<String>>(
        _ text: String?, _ field: String, _ repairs: inout ReportRepairs
    ) -> Word? {
        guard let text, !text.isEmpty else {
            repairs.add(.missing(field: field))
            return nil
        }
        if let word = Word(rawValue: text) { return word }
        let word = Word(rawValue: text.lowercased())
        repairs.add(word == nil ? .unknownValue(field: field) : .letterCase(field: field))
        return word
    }

    private static func count(_ count: TLSReportJSON.Count?, _ field: String, _ repairs: inout ReportRepairs) -> Int {
        guard let count else {
            repairs.add(.missing(field: field))
            return 0
        }
        if count.isOdd { repairs.add(.wrongType(field: field)) }
        return max(count.value, 0)
    }

    private static func text(_ text: String?, _ field: String, _ repairs: inout ReportRepairs) -> String {
        guard let text, !text.isEmpty else {
            repairs.add(.missing(field: field))
            return ""
        }
        return clean(text)
    }

    /// Without controls, at most 1024 bytes.
    private static func clean(_ text: String) -> String {
        if text.utf8.count <= 1024, text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        var scalars = String.UnicodeScalarView()
        var size = 0
        for scalar in text.unicodeScalars {
            size += UTF8.width(scalar)
            guard size <= 1024 else { break }
            scalars.append(scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? " " : scalar)
        }
        return String(scalars)
    }
}
