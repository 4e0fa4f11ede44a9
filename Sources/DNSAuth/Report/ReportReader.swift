package import Mail

/// Finds the report in a message or file, unpacks and reads it.
package enum ReportReader {
    /// Files of one message that begin like a report and are none. Each may cost as much as the limits allow.
    private static let brokenFileLimit = 4

    /// A message as it came in.
    package static func read(
        message bytes: [UInt8], limits: ReportLimits = ReportLimits()
    ) throws(ReportFailure) -> IncomingReport {
        if bytes.isEmpty { throw .empty }
        let tree = MIMETree(reading: bytes)
        if isFeedback(tree) { return .failure(try FeedbackReportParser.parse(tree)) }
        var first: ReportFailure?
        var broken = 0
        // Files before text: the prose around a report may begin like one.
        for isText in [false, true] {
            for part in tree.entities where part.isLeaf && !part.isQuoted && isProse(part, tree) == isText {
                do throws(ReportFailure) {
                    if let report = try report(part, of: tree, limits: limits) { return report }
                } catch {
                    first = first ?? error
                    broken += 1
                    guard broken < brokenFileLimit else { throw first ?? error }
                }
            }
        }
        if let first { throw first }
        // Prose in the form of Exim; its sender knows no other.
        if let report = try? FeedbackReportParser.parse(tree) { return .failure(report) }
        throw .noReport
    }

    /// A file: a report, plain or packed.
    package static func read(
        file bytes: [UInt8], limits: ReportLimits = ReportLimits()
    ) throws(ReportFailure) -> IncomingReport {
        let content = try ReportContainer.open(bytes, limits: limits)
        if ReportContainer.kind(of: content) == .json {
            return .tls(try TLSReportParser.parse(content, limits: limits))
        }
        return .aggregate(try AggregateReportParser.parse(content, limits: limits))
    }

    private static func isFeedback(_ tree: MIMETree) -> Bool {
        tree.entities.contains { !$0.isQuoted && $0.contentType.essence == "message/feedback-report" }
            || tree.root.contentType["report-type"]?.lowercased() == "feedback-report"
    }

    private static func isProse(_ part: MIMEEntity, _ tree: MIMETree) -> Bool {
        (part.contentType.essence == "text/plain" || part.contentType.essence == "text/html")
            && tree.filename(of: part) == nil
    }

    /// `nil`: the part does not even begin like a report.
    private static func report(
        _ part: MIMEEntity, of tree: MIMETree, limits: ReportLimits
    ) throws(ReportFailure) -> IncomingReport? {
        guard part.contentType.essence != "text/html" else { return nil }
        guard let body = tree.decodedBody(of: part, limit: limits.bytes) else { throw .tooLarge(limit: limits.bytes) }
        // Files that are no report: a logo, a signature.
        guard ReportContainer.kind(of: body) != nil else { return nil }
        return try read(file: body, limits: limits)
    }
}
