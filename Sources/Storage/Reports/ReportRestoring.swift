import GRDB
import Mail

/// Makes reports again from their rows. Repairs come back as what they were; those of a later version are left out.
enum ReportRestoring {
    static func report(_ row: Row, in db: Database) throws -> StoredReport {
        let summary = try ReportSummary(row: row)
        return StoredReport(
            id: summary.id, receivedAt: summary.receivedAt, sender: summary.sender,
            isAuthenticated: summary.isAuthenticated, content: try content(summary, row, in: db))
    }

    private static func content(
        _ summary: ReportSummary, _ row: Row, in db: Database
    ) throws -> StoredReport.Content {
        let detail = try row.text("detail")
        let repairs = summary.repairs.compactMap(ReportRepair.init(word:))
        switch summary.kind {
        case nil: return .unreadable(reason: summary.reason ?? "", message: try row.bytes("content"))
        case .aggregate:
            let detail: AggregateDetail = try ReportDetail.decode(detail)
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM report_rows WHERE report = ? ORDER BY number", arguments: [summary.id.column])
            return .report(
                .aggregate(
                    AggregateReport(
                        reporter: ReporterIdentity(
                            organization: summary.reporter, email: detail.email, contact: detail.contact,
                            reportID: summary.reportID, begin: summary.begin, end: summary.end,
                            errors: detail.errors, generator: detail.generator),
                        policy: detail.policy, rows: try rows.map { try AggregateRow(row: $0) }, repairs: repairs)))
        case .tls:
            let detail: TLSDetail = try ReportDetail.decode(detail)
            return .report(
                .tls(
                    TLSReport(
                        organization: summary.reporter, contact: detail.contact, reportID: summary.reportID,
                        begin: summary.begin, end: summary.end, policies: detail.policies, repairs: repairs)))
        case .failure:
            let detail: FeedbackDetail = try ReportDetail.decode(detail)
            var report = detail.report(original: try row.bytes("content"))
            report.repairs = repairs
            return .report(.failure(report))
        }
    }
}

extension ReportSummary {
    init(row: Row) throws {
        let kind = try row.text("kind")
        self.init(
            id: try row.id("id"), kind: ReportKind(rawValue: kind), domain: try row.text("domain"),
            reporter: try row.text("reporter"), reportID: try row.text("report_id"),
            begin: try row.time("begins_at"), end: try row.time("ends_at"), receivedAt: try row.time("received_at"),
            sender: try row.text("sender"), isAuthenticated: row["is_authenticated"], total: row["total"],
            failed: row["failed"], repairs: StringList.decode(try row.text("repairs")), reason: row["reason"])
        // What has no identifier of its own was given ours.
        if self.kind != .aggregate, self.kind != .tls { reportID = "" }
    }
}

extension AggregateRow {
    /// From `report_rows` or `pending_aggregate`.
    init(row: Row) throws {
        let detail: AggregateRowDetail = try ReportDetail.decode(try row.text("detail"))
        guard let disposition = Disposition(rawValue: try row.text("disposition")) else {
            throw DamagedRow(column: "disposition")
        }
        let source = try row.text("source")
        self.init(
            source: IPAddress(source), sourceText: source, count: row["count"], disposition: disposition,
            isDKIMAligned: row["dkim_aligned"], isSPFAligned: row["spf_aligned"], overrides: detail.overrides,
            headerFrom: try row.text("header_from"), envelopeFrom: detail.envelopeFrom, envelopeTo: detail.envelopeTo,
            dkim: detail.dkim, spf: detail.spf)
    }
}
