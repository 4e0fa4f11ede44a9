import Foundation
import GRDB
import Logging
package import Mail

/// `reports.sqlite`: reports that came in and counts for those to go out. A file of its own, because strangers decide
/// how much is written to it.
package final class ReportDatabase: Sendable {
    let pool: DatabasePool
    private static let log = Logger(label: "martlet.reports")

    /// Opens or makes the file in the folder and brings it to the present schema. A file that is none of SQLite's any
    /// more is put aside under another name: mail does not stand still for reports.
    package static func open(folder: String) throws(StorageFailure) -> ReportDatabase {
        do {
            do { return try opened(folder) } catch let error as DatabaseError where error.isDamage {
                let kept = try setAside(folder)
                log.error(
                    "reports.sqlite is damaged and was put aside; an empty one takes its place",
                    metadata: ["kept": "\(kept)", "reason": "\(error)"])
                return try opened(folder)
            }
        } catch {
            throw .unavailable("reports.sqlite: \(error)")
        }
    }

    private static func opened(_ folder: String) throws -> ReportDatabase {
        let pool = try DatabaseFile.open("reports", in: folder, readers: 3, ReportSchema.migrator)
        do {
            try ReportSchema.migrator.migrate(pool)
            // What was begun must be known after a power cut: a report never goes out twice.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        } catch {
            try? pool.close()
            throw error
        }
        return ReportDatabase(pool: pool)
    }

    /// - Returns: the new name of the file, whose write-ahead log goes with it.
    private static func setAside(_ folder: String) throws -> String {
        let files = FileManager.default
        var number = 1
        while files.fileExists(atPath: "\(folder)/reports.damaged-\(number).sqlite") { number += 1 }
        let (old, new) = ("\(folder)/reports.sqlite", "\(folder)/reports.damaged-\(number).sqlite")
        for suffix in ["", "-wal", "-shm"] where files.fileExists(atPath: old + suffix) {
            try files.moveItem(atPath: old + suffix, toPath: new + suffix)
        }
        return new
    }

    private init(pool: DatabasePool) { self.pool = pool }

    package func close() { try? pool.close() }

    package var reports: any ReportStore { SQLReportStore(pool: pool) }
}

extension DatabaseError {
    fileprivate var isDamage: Bool { resultCode == .SQLITE_CORRUPT || resultCode == .SQLITE_NOTADB }
}
