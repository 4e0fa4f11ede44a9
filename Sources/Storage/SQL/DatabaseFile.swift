import Foundation
import GRDB

/// One SQLite file of the data folder, in WAL mode, readable by its owner only: there are keys in one and addresses in
/// the other.
enum DatabaseFile {
    /// Opens or makes it; one that has been through steps which the migrator does not know is refused, and not touched.
    static func open(
        _ name: String, in folder: String, readers: Int, _ migrator: DatabaseMigrator? = nil
    ) throws -> DatabasePool {
        if let migrator, let newer = DatabaseFormat.newer(name, in: folder, than: migrator) { throw newer }
        var configuration = Configuration()
        configuration.label = name
        // Another process (the command line) may be writing.
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = readers
        let path = URL(fileURLWithPath: folder).appendingPathComponent("\(name).sqlite").path
        let pool = try DatabasePool(path: path, configuration: configuration)
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path + suffix)
        }
        return pool
    }
}
