/// Reads the machine-readable part of a feedback report (RFC 5965 §3) and the message that it is about.
///
/// Providers leave out the outer `report-type`, encode the part, write the version `1.0`, or send the header section
/// alone: the part's own type decides, and the rest is taken as it is.
public enum FeedbackReportParser {
    /// Bytes of the fields, and of the original that is kept.
    public struct Limits: Hashable, Sendable {
        public var fields: Int
        public var original: Int
        /// Values of one repeated field.
        public var values: Int

        public init(fields: Int = 65_536, original: Int = 262_144, values: Int = 100) {
            self.fields = fields
            self.original = original
            self.values = values
        }
    }

    /// `.notFeedback` when no part of the message is a feedback report.
    public static func parse(_ tree: MIMETree, limits: Limits = Limits()) throws(ReportFailure) -> FeedbackReport {
        let entities = tree.entities.filter { !$0.isQuoted }
        guard let part = entities.first(where: { $0.contentType.essence == "message/feedback-report" }) else {
            if let report = FeedbackReportText.parse(tree, limits: limits) { return report }
            throw .notFeedback
        }
        guard let body = tree.decodedBody(of: part, limit: limits.fields) else {
            throw .tooLarge(limit: limits.fields)
        }
        var report = fields(body, limits: limits)
        let types: Set = [
            "message/rfc822", "message/global", "text/rfc822-headers",
            // Seen in their place.
            "text/rfc822-header", "message/rfc822-headers",
        ]
        if let original = entities.first(where: { types.contains($0.contentType.essence) }) {
            attach(original, of: tree, to: &report, limits: limits)
        }
        return report
    }

    static func attach(_ part: MIMEEntity, of tree: MIMETree, to report: inout FeedbackReport, limits: Limits) {
        // Encoded against RFC 2046 §5.2.1, but readable.
        let body =
            part.encoding == .identity || part.encoding == .unknown
            ? Array(tree.bytes[part.bodyRange].prefix(limits.original))
            : Array((tree.decodedBody(of: part, limit: limits.original * 2) ?? []).prefix(limits.original))
        report.original = body
        report.isOriginalComplete = part.contentType.subtype == "rfc822" && part.bodyRange.count <= limits.original
        report.originalHeader = HeaderSummary.scan(body)
    }

    private static func fields(_ bytes: [UInt8], limits: Limits) -> FeedbackReport {
        // Some encode an empty line in front.
        let start = bytes.firstIndex { $0 != 0x0D && $0 != 0x0A } ?? 0
        let body = Array(bytes[start...])
        let span = body.span
        let section = HeaderSection(scanning: span, limit: 1_000)
        var report = FeedbackReport(kind: .other, kindText: "")
        for field in section.fields {
            let name = ByteText.lossy(span.extracting(field.nameRange)).lowercased()
            let value = field.displayText(in: span, limit: limits.fields)
            FeedbackReportFields.set(name, to: value, in: &report, limit: limits.values)
        }
        if report.kindText.isEmpty {
            report.repairs.append(.missing(field: "feedback-type"))
            report.kind = report.authFailure == nil ? .other : .authFailure
            report.kindText = report.kind.rawValue
        }
        if section.isMalformed { report.repairs.append(.badCharacters) }
        return report
    }
}
