package import Mail

/// The message that a report travels in.
package struct ReportMail: Sendable {
    /// Who reports: the domain in subject and file name (RFC 9990 §3.5.2, RFC 8460 §5.3).
    package var submitter: Domain
    /// Its domain must pass DMARC, or the report is worth nothing to whoever gets it (RFC 9990 §3.5.2).
    package var from: NamedMailbox
    package var to: [Mailbox]
    package var date: WallTime
    package var messageID: String
    /// Decides the boundaries.
    package var seed: UInt64

    package init(
        submitter: Domain, from: NamedMailbox, to: [Mailbox], date: WallTime, messageID: String, seed: UInt64
    ) {
        self.submitter = submitter
        self.from = from
        self.to = to
        self.date = date
        self.messageID = messageID
        self.seed = seed
    }

    /// The same report always has the same identifier, so that who gets it twice can see that (RFC 9990 §3.5.1). Only
    /// letters and digits: it stands in the file name too.
    package static func reportID(submitter: Domain, domain: Domain, begin: WallTime, end: WallTime) -> String {
        let text = "\(submitter)!\(domain)!\(begin.milliseconds)!\(end.milliseconds)"
        let hex = Array("0123456789abcdef")
        var id = ""
        for byte in SHA256Digest.of(Array(text.utf8).span).prefix(16) {
            id.append(hex[Int(byte >> 4)])
            id.append(hex[Int(byte & 15)])
        }
        return id
    }

    /// RFC 9990 §3.5.2: `receiver!policy-domain!begin!end!unique-id.xml.gz`.
    package static func filename(_ report: AggregateReport, submitter: Domain) -> String {
        name(submitter, report.policy.domain, report.reporter.begin, report.reporter.end, report.reporter.reportID)
            + ".xml.gz"
    }

    /// RFC 8460 §5.1.
    package static func filename(_ report: TLSReport, about domain: Domain, submitter: Domain) -> String {
        name(submitter, domain.text, report.begin, report.end, report.reportID) + ".json.gz"
    }

    /// - Parameter packed: the gzip file.
    package func compose(_ report: AggregateReport, packed: [UInt8]) throws(ComposeFailure) -> [UInt8] {
        let id = report.reporter.reportID
        var draft = draft(subject: "Report Domain: \(report.policy.domain) Submitter: \(submitter) Report-ID: \(id)")
        draft.text = """
            This is a DMARC aggregate report of \(submitter) for \(report.policy.domain),
            \(report.reporter.begin.rfc3339) to \(report.reporter.end.rfc3339), \(report.messageCount) messages.

            """
        draft.attachments = [
            Attachment(
                filename: Self.filename(report, submitter: submitter), contentType: "application/gzip",
                content: packed)
        ]
        return try MIMEComposer.compose(draft, seed: seed)
    }

    /// RFC 8460 §5.3.
    package func compose(
        _ report: TLSReport, about domain: Domain, packed: [UInt8]
    ) throws(ComposeFailure) -> [UInt8] {
        var draft = draft(
            subject: "Report Domain: \(domain) Submitter: \(submitter) Report-ID: <\(report.reportID)@\(submitter)>")
        draft.headers = [
            ("TLS-Report-Domain", domain.text), ("TLS-Report-Submitter", submitter.text),
            // RFC 8460 §3: a report goes out whatever is wrong with TLS; RFC 8689 §3 is how to say so.
            ("TLS-Required", "No"),
        ]
        draft.reportType = "tlsrpt"
        draft.text = "This is an aggregate TLS report from \(submitter) about \(domain).\n"
        draft.attachments = [
            Attachment(
                filename: Self.filename(report, about: domain, submitter: submitter),
                contentType: "application/tlsrpt+gzip", content: packed)
        ]
        return try MIMEComposer.compose(draft, seed: seed)
    }

    private func draft(subject: String) -> MessageDraft {
        MessageDraft(
            from: from, to: to.map { NamedMailbox(mailbox: $0) }, subject: subject,
            date: date, messageID: messageID)
    }

    private static func name(
        _ submitter: Domain, _ domain: String, _ begin: WallTime, _ end: WallTime, _ id: String
    ) -> String {
        let unique = id.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        let suffix = unique.isEmpty || unique != id ? "" : "!\(unique)"
        return "\(submitter)!\(domain)!\(begin.milliseconds / 1000)!\(end.milliseconds / 1000)\(suffix)"
    }
}
