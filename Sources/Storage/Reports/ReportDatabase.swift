import GRDB
package import Mail

/// `reports.sqlite`: reports that came in and counts for those to go out. A file of its own, because strangers decide
/// how much is written to it.
package final class ReportDatabase: Sendable {
    let pool: DatabasePool

    /// Opens or makes the file in the folder and brings it to the present schema.
    package static func open(folder: String) throws(StorageFailure) -> ReportDatabase {
        do {
            let pool = try DatabaseFile.open("reports", in: folder, readers: 3)
            try ReportSchema.migrator.migrate(pool)
            // What was begun must be known after a power cut: a report never goes out twice.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            return ReportDatabase(pool: pool)
        } catch {
            throw .unavailable("reports.sqlite: \(error)")
        }
    }

    private init(pool: DatabasePool) { self.pool = pool }

    package func close() { try? pool.close() }

    package var reports: any ReportStore { SQLReportStore(pool: pool) }
}
