import GRDB
import Mail

/// The counts for reports to go out, and which of them were made.
extension SQLReportStore {
    func add(_ aggregate: [PendingAggregate], _ tls: [PendingTLS]) async throws(StorageFailure) {
        guard !aggregate.isEmpty || !tls.isEmpty else { return }
        try await translating {
            try await pool.write { db in
                for entry in aggregate {
                    try db.cachedStatement(
                        sql: """
                            INSERT INTO pending_aggregate (domain, day, source, disposition, dkim_aligned, spf_aligned,
                                header_from, detail, count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                            ON CONFLICT (domain, day, source, disposition, dkim_aligned, spf_aligned, header_from,
                                detail)
                            DO UPDATE SET count = pending_aggregate.count + excluded.count
                            """
                    ).execute(arguments: [
                        entry.domain.text, entry.day, entry.row.sourceText, entry.row.disposition.rawValue,
                        entry.row.isDKIMAligned, entry.row.isSPFAligned, entry.row.headerFrom,
                        try ReportDetail.encode(AggregateRowDetail(entry.row)), entry.row.count,
                    ])
                }
                for entry in tls {
                    try db.cachedStatement(
                        sql: """
                            INSERT INTO pending_tls (domain, day, policy, failure, count) VALUES (?, ?, ?, ?, ?)
                            ON CONFLICT (domain, day, policy, failure)
                            DO UPDATE SET count = pending_tls.count + excluded.count
                            """
                    ).execute(arguments: [
                        entry.destination.text, entry.day, try ReportDetail.encode(entry.policy),
                        try entry.failure.map { try ReportDetail.encode($0) } ?? "", entry.count,
                    ])
                }
            }
        }
    }

    func dueReports(before day: Int) async throws(StorageFailure) -> [ReportTask] {
        try await translating {
            try await pool.read { db in
                var tasks: [ReportTask] = []
                for (kind, table) in [(ReportKind.aggregate, "pending_aggregate"), (.tls, "pending_tls")] {
                    let rows = try Row.fetchAll(
                        db,
                        sql: """
                            SELECT DISTINCT domain, day FROM \(table) AS pending WHERE day < ? AND NOT EXISTS (
                                SELECT 1 FROM sent_reports AS sent
                                WHERE sent.kind = ? AND sent.domain = pending.domain AND sent.day = pending.day)
                            ORDER BY day, domain
                            """, arguments: [day, kind.rawValue])
                    for row in rows {
                        guard let domain = row.domain("domain") else { throw DamagedRow(column: "domain") }
                        tasks.append(ReportTask(kind: kind, domain: domain, day: row["day"]))
                    }
                }
                return tasks
            }
        }
    }

    func pendingAggregate(_ domain: Domain, day: Int) async throws(StorageFailure) -> [PendingAggregate] {
        try await translating {
            try await pool.read { db in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT * FROM pending_aggregate WHERE domain = ? AND day = ?
                        ORDER BY count DESC LIMIT 50000
                        """,
                    arguments: [domain.text, day]
                ).map { PendingAggregate(domain: domain, day: day, row: try AggregateRow(row: $0)) }
            }
        }
    }

    func pendingTLS(_ destination: Domain, day: Int) async throws(StorageFailure) -> [PendingTLS] {
        try await translating {
            try await pool.read { db in
                try Row.fetchAll(
                    db, sql: "SELECT * FROM pending_tls WHERE domain = ? AND day = ?",
                    arguments: [destination.text, day]
                ).map { row in
                    let failure = try row.text("failure")
                    return PendingTLS(
                        destination: destination, day: day,
                        policy: try ReportDetail.decode(try row.text("policy")),
                        failure: failure.isEmpty ? nil : try ReportDetail.decode(failure), count: row["count"])
                }
            }
        }
    }

    func begin(_ task: ReportTask, at time: WallTime) async throws(StorageFailure) -> Bool {
        do {
            try await translating {
                try await pool.write { db in
                    // Synced: what is forgotten here would go out twice.
                    try db.execute(
                        sql: "INSERT INTO sent_reports (kind, domain, day, begun_at) VALUES (?, ?, ?, ?)",
                        arguments: [task.kind.rawValue, task.domain.text, task.day, time.milliseconds])
                }
            }
            return true
        } catch StorageFailure.conflict {
            return false
        }
    }

    func release(_ task: ReportTask) async throws(StorageFailure) {
        try await translating {
            try await pool.write { db in
                try db.execute(
                    sql: "DELETE FROM sent_reports WHERE kind = ? AND domain = ? AND day = ? AND note IS NULL",
                    arguments: [task.kind.rawValue, task.domain.text, task.day])
            }
        }
    }

    func finish(_ task: ReportTask, note: String) async throws(StorageFailure) {
        let table = task.kind == .tls ? "pending_tls" : "pending_aggregate"
        try await translating {
            try await pool.write { db in
                try db.execute(
                    sql: "UPDATE sent_reports SET note = ? WHERE kind = ? AND domain = ? AND day = ?",
                    arguments: [note, task.kind.rawValue, task.domain.text, task.day])
                try db.execute(
                    sql: "DELETE FROM \(table) WHERE domain = ? AND day = ?", arguments: [task.domain.text, task.day])
            }
        }
    }

    func removeCounts(before day: Int) async throws(StorageFailure) {
        try await translating {
            try await pool.write { db in
                for table in ["pending_aggregate", "pending_tls"] {
                    try db.execute(sql: "DELETE FROM \(table) WHERE day < ?", arguments: [day])
                }
            }
        }
    }
}
