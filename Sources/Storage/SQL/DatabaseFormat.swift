import Foundation
import GRDB

/// Whether this program knows the schema of the databases in a data folder. Asked before anything is written: GRDB
/// passes unknown migrations over, and what this program then writes the newer one would have to put right.
package enum DatabaseFormat {
    private static var schemas: [(name: String, migrator: DatabaseMigrator)] {
        [("control", ControlSchema.migrator), ("events", EventSchema.migrator), ("reports", ReportSchema.migrator)]
    }

    /// The first database that is too new. What cannot be read is left to whoever opens it, who says so better.
    ///
    /// Of a database that was closed or copied nothing changes. Where the last process was killed, SQLite reads its
    /// write-ahead log by way of the file `-shm`, which holds nothing of its own and is made anew at will.
    package static func newer(in folder: String) -> NewerDatabase? {
        for (name, migrator) in schemas {
            if let newer = newer(name, in: folder, than: migrator) { return newer }
        }
        return nil
    }

    /// The same for one, for whoever is about to open it.
    static func newer(_ name: String, in folder: String, than migrator: DatabaseMigrator) -> NewerDatabase? {
        let path = URL(fileURLWithPath: folder).appendingPathComponent("\(name).sqlite").path
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return (try? newer(path, migrator, "\(name).sqlite")) ?? nil
    }

    private static func newer(
        _ path: String, _ migrator: DatabaseMigrator, _ file: String
    ) throws -> NewerDatabase? {
        var configuration = Configuration()
        configuration.readonly = true
        let log = try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
        // SQLite makes the files -wal and -shm even to read, unless it is told that nobody writes.
        let isAtRest = (log ?? 0) == 0
        let place = isAtRest ? URL(fileURLWithPath: path).absoluteString + "?immutable=1" : path
        let queue = try DatabaseQueue(path: place, configuration: configuration)
        defer { try? queue.close() }
        return try queue.read { try migrator.newer(of: $0, file) }
    }
}

extension DatabaseMigrator {
    /// - Returns: what another program has done to the database that is not registered here.
    fileprivate func newer(of database: Database, _ file: String) throws -> NewerDatabase? {
        let unknown = try appliedIdentifiers(database).subtracting(migrations)
        guard !unknown.isEmpty else { return nil }
        return NewerDatabase(file: file, unknown: unknown.sorted(), newest: migrations.last ?? "")
    }
}
