package import Mail

/// Writes the XML of an aggregate report in the form of RFC 9990 §3.1.1. Words of the older form become what RFC 9990
/// has for them.
package enum AggregateReportWriter {
    /// RFC 9990 §3.1.3: signatures of one row, the telling ones first.
    package static let signatureLimit = 100

    package static func xml(_ report: AggregateReport) -> [UInt8] {
        var out = XMLWriter()
        out.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        out.raw("<feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\">\n")
        // RFC 9990 §3.1.1.2.
        out.leaf("version", "1.0")
        write(report.reporter, to: &out)
        write(report.policy, to: &out)
        for row in report.rows { write(row, to: &out) }
        out.raw("</feedback>\n")
        return out.bytes
    }

    private static func write(_ reporter: ReporterIdentity, to out: inout XMLWriter) {
        out.element("report_metadata") { out in
            out.leaf("org_name", reporter.organization)
            out.leaf("email", reporter.email)
            out.optional("extra_contact_info", reporter.contact)
            out.leaf("report_id", reporter.reportID)
            out.element("date_range") { out in
                out.leaf("begin", "\(reporter.begin.milliseconds / 1000)")
                out.leaf("end", "\(reporter.end.milliseconds / 1000)")
            }
            out.optional("error", reporter.errors.joined(separator: "; "))
            out.optional("generator", reporter.generator)
        }
    }

    /// RFC 9990 §3.1.1.5.
    private static func write(_ policy: AggregatePolicy, to out: inout XMLWriter) {
        out.element("policy_published") { out in
            out.leaf("domain", policy.domain)
            out.optional("discovery_method", policy.discovery?.rawValue)
            out.leaf("p", policy.p.rawValue)
            out.optional("sp", policy.sp?.rawValue)
            out.optional("np", policy.np?.rawValue)
            out.optional("fo", policy.failureOptions)
            out.optional("adkim", policy.adkim?.rawValue)
            out.optional("aspf", policy.aspf?.rawValue)
            out.optional("testing", policy.isTesting.map { $0 ? "y" : "n" })
        }
    }

    private static func write(_ row: AggregateRow, to out: inout XMLWriter) {
        out.element("record") { out in
            out.element("row") { out in
                out.leaf("source_ip", row.source.map { "\($0)" } ?? row.sourceText)
                out.leaf("count", "\(row.count)")
                out.element("policy_evaluated") { out in
                    out.leaf("disposition", row.disposition.rawValue)
                    out.leaf("dkim", row.isDKIMAligned ? "pass" : "fail")
                    out.leaf("spf", row.isSPFAligned ? "pass" : "fail")
                    for reason in row.overrides { write(reason, to: &out) }
                }
            }
            out.element("identifiers") { out in
                out.leaf("header_from", row.headerFrom)
                // RFC 9990 §3.1.1.10: empty for the null reverse-path.
                if let sender = row.envelopeFrom { out.leaf("envelope_from", sender) }
                out.optional("envelope_to", row.envelopeTo)
            }
            out.element("auth_results") { out in
                for result in signatures(of: row) { write(result, to: &out) }
                // RFC 9990 §3.1.1.13: MAIL FROM is the only identity, and there is one result at most.
                if let result = row.spf.first(where: { $0.scope != .helo }) { write(result, to: &out) }
            }
        }
    }

    private static func write(_ reason: AggregateOverride, to out: inout XMLWriter) {
        out.element("reason") { out in
            switch reason.kind {
            case .localPolicy, .mailingList, .other, .policyTestMode, .trustedForwarder:
                out.leaf("type", reason.kind.rawValue)
                out.optional("comment", reason.comment)
            case .forwarded, .sampledOut:
                // RFC 9990 §3.1.6 no longer has these.
                out.leaf("type", AggregateOverride.Kind.other.rawValue)
                let comment = reason.comment.isEmpty ? "" : ": \(reason.comment)"
                out.leaf("comment", reason.kind.rawValue + comment)
            }
        }
    }

    private static func write(_ result: AggregateDKIM, to out: inout XMLWriter) {
        out.element("dkim") { out in
            out.leaf("domain", result.domain)
            out.leaf("selector", result.selector)
            out.leaf("result", result.result.rawValue)
            out.optional("human_result", result.comment)
        }
    }

    private static func write(_ result: AggregateSPF, to out: inout XMLWriter) {
        out.element("spf") { out in
            out.leaf("domain", result.domain)
            out.leaf("scope", AggregateSPF.Scope.mailFrom.rawValue)
            out.leaf("result", result.result.rawValue)
            out.optional("human_result", result.comment)
        }
    }

    /// RFC 9990 §3.1.3: aligned ones that pass, others that pass, the rest.
    private static func signatures(of row: AggregateRow) -> [AggregateDKIM] {
        func rank(_ result: AggregateDKIM) -> Int {
            guard result.result == .pass else { return 3 }
            if result.domain == row.headerFrom { return 0 }
            return row.headerFrom.hasSuffix("." + result.domain) || result.domain.hasSuffix("." + row.headerFrom)
                ? 1 : 2
        }
        let ranked = row.dkim.enumerated().sorted {
            let (a, b) = (rank($0.element), rank($1.element))
            return a != b ? a < b : $0.offset < $1.offset
        }
        return ranked.prefix(signatureLimit).map(\.element)
    }
}

/// Writes XML without attributes; text is escaped, and what XML cannot hold becomes U+FFFD.
private struct XMLWriter {
    private(set) var bytes: [UInt8] = []
    private var depth = 1

    mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func element(_ name: String, _ build: (inout XMLWriter) -> Void) {
        indent()
        raw("<\(name)>\n")
        depth += 1
        build(&self)
        depth -= 1
        indent()
        raw("</\(name)>\n")
    }

    mutating func leaf(_ name: String, _ text: String) {
        indent()
        raw("<\(name)>")
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": raw("&amp;")
            case "<": raw("&lt;")
            case ">": raw("&gt;")
            // XML 1.0 §2.2: these are characters.
            case "\t", "\n", "\r", " "..."\u{D7FF}", "\u{E000}"..."\u{FFFD}", "\u{10000}"..."\u{10FFFF}":
                bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            default: raw("\u{FFFD}")
            }
        }
        raw("</\(name)>\n")
    }

    mutating func optional(_ name: String, _ text: String?) {
        if let text, !text.isEmpty { leaf(name, text) }
    }

    private mutating func indent() {
        for _ in 0..<depth { raw("  ") }
    }
}
