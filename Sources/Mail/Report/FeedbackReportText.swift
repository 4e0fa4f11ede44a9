/// The failure report of Exim's DMARC code: a `multipart/report` with prose alone, as `Name: value` lines with the
/// header section of the message below a dashed line. No RFC describes it, and many send it.
enum FeedbackReportText {
    static func parse(_ tree: MIMETree, limits: FeedbackReportParser.Limits) -> FeedbackReport? {
        guard tree.root.contentType.essence == "multipart/report",
            let part = tree.entities.first(where: { !$0.isQuoted && $0.contentType.essence == "text/plain" }),
            let body = tree.decodedBody(of: part, limit: limits.fields + limits.original),
            body.count < limits.fields + limits.original
        else { return nil }
        let text = String(decoding: body, as: UTF8.self)
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        var values: [String: String] = [:]
        var head = 0
        for (number, line) in lines.enumerated() {
            head = number
            if line.hasPrefix("------") { break }
            guard values.count < 50, let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].trimmed.lowercased()
            if values[name] == nil { values[name] = line[line.index(after: colon)...].trimmed }
        }
        guard let domain = values["sender domain"], let source = values["sender ip address"],
            values["dmarc results"] != nil
        else { return nil }
        var report = FeedbackReport(kind: .authFailure)
        report.repairs = [.missing(field: "message/feedback-report")]
        report.reportedDomains = [domain.lowercased()]
        report.sourceAddress = FeedbackReportFields.address(source)
        report.arrivalDate = values["received date"].flatMap { WallTime(mailDate: $0) }
        report.authFailure = .dmarc
        report.identityAlignment = ["spf", "dkim"].filter { values["\($0) alignment"]?.lowercased() == "yes" }
        let original = lines[min(head + 1, lines.count)...].drop { $0.trimmed.isEmpty }.joined(separator: "\r\n")
        report.original = Array(original.utf8.prefix(limits.original))
        report.originalHeader = HeaderSummary.scan(report.original)
        return report
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var rest = self
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
