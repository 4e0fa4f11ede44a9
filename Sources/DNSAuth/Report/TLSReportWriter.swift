package import Mail

/// Writes the JSON of a TLS report (RFC 8460 §4.4).
package enum TLSReportWriter {
    package static func json(_ report: TLSReport) -> [UInt8] {
        let document = JSONText.object([
            ("organization-name", .string(report.organization)),
            (
                "date-range",
                .object([
                    ("start-datetime", .string(report.begin.rfc3339)), ("end-datetime", .string(report.end.rfc3339)),
                ])
            ),
            ("contact-info", .string(report.contact)), ("report-id", .string(report.reportID)),
            ("policies", .array(report.policies.map(value))),
        ])
        return Array(document.compact.utf8)
    }

    private static func value(_ policy: TLSReportPolicy) -> JSONText {
        var applied: [(String, JSONText)] = [("policy-type", .string((policy.kind ?? .none).rawValue))]
        // RFC 8460 §4.4: with no policy there is neither text nor host.
        if !policy.strings.isEmpty { applied.append(("policy-string", .array(policy.strings.map { .string($0) }))) }
        applied.append(("policy-domain", .string(policy.domain)))
        if !policy.hosts.isEmpty { applied.append(("mx-host", .array(policy.hosts.map { .string($0) }))) }
        let summary: [(String, JSONText)] = [
            ("total-successful-session-count", .number(policy.successes)),
            ("total-failure-session-count", .number(policy.failures)),
        ]
        var members: [(String, JSONText)] = [("policy", .object(applied)), ("summary", .object(summary))]
        if !policy.details.isEmpty { members.append(("failure-details", .array(policy.details.map(value)))) }
        return .object(members)
    }

    private static func value(_ detail: TLSReportFailure) -> JSONText {
        let members: [(String, JSONText)] = [
            ("result-type", .string(detail.resultText)), ("sending-mta-ip", .string(detail.sendingAddress)),
            ("receiving-mx-hostname", .string(detail.receivingHost)),
            ("receiving-mx-helo", .string(detail.receivingHELO)), ("receiving-ip", .string(detail.receivingAddress)),
            ("failed-session-count", .number(detail.count)),
            ("additional-information", .string(detail.information)),
            ("failure-reason-code", .string(detail.reasonCode)),
        ]
        // What is not known is left out; a result is always known.
        return .object(members.filter { if case .string("") = $0.1 { $0.0 == "result-type" } else { true } })
    }
}
