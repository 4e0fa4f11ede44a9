import Foundation
import GRDB
import Mail

/// Reports over `reports.sqlite`.
struct SQLReportStore: ReportStore {
    let pool: DatabasePool

    func insert(_ report: StoredReport) async throws(StorageFailure) -> Bool {
        do {
            try await translating { try await pool.write { db in try Self.insert(report, in: db) } }
            return true
        } catch StorageFailure.conflict {
            return false
        }
    }

    func reports(_ query: ReportQuery) async throws(StorageFailure) -> [ReportSummary] {
        try await translating {
            try await pool.read { db in
                var conditions = ["1 = 1"]
                var arguments: [any DatabaseValueConvertible] = []
                if let domain = query.domain {
                    // A suffix cannot use the index; a tenant's reports are few.
                    conditions.append("(domain = ? OR substr(domain, -?) = ?)")
                    let suffix = "." + domain.text
                    arguments += [domain.text, suffix.count, suffix] as [any DatabaseValueConvertible]
                }
                if let kind = query.kind {
                    conditions.append("kind = ?")
                    arguments.append(kind.rawValue)
                }
                if let before = query.before {
                    conditions.append("id < ?")
                    arguments.append(before.column)
                }
                arguments.append(max(0, min(query.limit, 1_000)))
                return try Row.fetchAll(
                    db,
                    sql: """
                        SELECT id, kind, domain, reporter, report_id, begins_at, ends_at, received_at, sender,
                            is_authenticated, total, failed, repairs, reason
                        FROM reports WHERE \(conditions.joined(separator: " AND ")) ORDER BY id DESC LIMIT ?
                        """, arguments: StatementArguments(arguments)
                ).map { try ReportSummary(row: $0) }
            }
        }
    }

    func report(_ id: UUIDv7) async throws(StorageFailure) -> StoredReport? {
        try await translating {
            try await pool.read { db in
                guard let row = try Row.fetchOne(db, sql: "SELECT * FROM reports WHERE id = ?", arguments: [id.column])
                else { return nil }
                return try ReportRestoring.report(row, in: db)
            }
        }
    }

    func removeReports(before time: WallTime) async throws(StorageFailure) -> Int {
        try await translating {
            try await pool.write { db in
                try db.execute(sql: "DELETE FROM reports WHERE received_at < ?", arguments: [time.milliseconds])
                let count = db.changesCount
                try db.execute(sql: "DELETE FROM sent_reports WHERE begun_at < ?", arguments: [time.milliseconds])
                return count
            }
        }
    }

    private static func insert(_ report: StoredReport, in db: Database) throws {
        let summary = report.summary
        let (detail, content) = try encoded(report.content)
        // What has no identifier of its own is never a repeat.
        let reportID = summary.kind == .aggregate || summary.kind == .tls ? summary.reportID : "\(report.id)"
        try db.execute(
            sql: """
                INSERT INTO reports (id, kind, domain, reporter, report_id, begins_at, ends_at, received_at, sender,
                    is_authenticated, total, failed, repairs, reason, detail, content)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                report.id.column, summary.kind?.rawValue ?? "unreadable", summary.domain, summary.reporter, reportID,
                summary.begin.milliseconds, summary.end.milliseconds, report.receivedAt.milliseconds, report.sender,
                report.isAuthenticated, summary.total, summary.failed, StringList.encode(summary.repairs),
                summary.reason, detail, content.map { Data($0) },
            ])
        guard case .report(.aggregate(let aggregate)) = report.content else { return }
        let statement = try db.makeStatement(
            sql: """
                INSERT INTO report_rows (report, number, source, count, disposition, dkim_aligned, spf_aligned,
                    header_from, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        for (number, row) in aggregate.rows.enumerated() {
            try statement.execute(arguments: [
                report.id.column, number, row.sourceText, row.count, row.disposition.rawValue, row.isDKIMAligned,
                row.isSPFAligned, row.headerFrom, try ReportDetail.encode(AggregateRowDetail(row)),
            ])
        }
    }

    private static func encoded(_ content: StoredReport.Content) throws -> (String, [UInt8]?) {
        switch content {
        case .unreadable(_, let message): ("{}", message)
        case .report(.aggregate(let report)):
            (
                try ReportDetail.encode(
                    AggregateDetail(
                        policy: report.policy, email: report.reporter.email, contact: report.reporter.contact,
                        errors: report.reporter.errors, generator: report.reporter.generator)), nil
            )
        case .report(.tls(let report)):
            (try ReportDetail.encode(TLSDetail(contact: report.contact, policies: report.policies)), nil)
        case .report(.failure(let report)): (try ReportDetail.encode(FeedbackDetail(report)), report.original)
        }
    }
}
