import Foundation
import GRDB
import Mail
import Testing

@testable import Storage

/// A database that a newer program has migrated is refused, and stays as it is.
@Suite struct NewerDatabaseTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let openers: [String: @Sendable (String) throws -> Void] = [
        "control": { folder in
            let database = try ControlDatabase.open(folder: folder)
            database.close()
        },
        "events": { folder in
            let database = try EventDatabase.open(folder: folder)
            database.close()
        },
        "reports": { folder in
            let database = try ReportDatabase.open(folder: folder)
            database.close()
        },
    ]

    private func open(_ name: String) throws { try Self.openers[name]?(folder.path) }

    /// As the newer program leaves it: at rest, or with its last words in the write-ahead log.
    private func migrateFurther(_ name: String, isKilled: Bool) throws {
        let path = "\(folder.path)/\(name).sqlite"
        let pool = try DatabasePool(path: path)
        try pool.write { db in
            try db.execute(sql: "CREATE TABLE tomorrow (id INTEGER PRIMARY KEY)")
            try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('9 tomorrow'), ('8 soon')")
        }
        let copies = isKilled ? try contents() : [:]
        try pool.close()
        // What a killed process leaves: its log, with what was never carried over into the database.
        for (name, data) in copies {
            try data.write(to: URL(fileURLWithPath: folder.path).appendingPathComponent(name))
        }
    }

    private func contents() throws -> [String: Data] {
        var all: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            all[name] = try Data(contentsOf: URL(fileURLWithPath: folder.path).appendingPathComponent(name))
        }
        return all
    }

    @Test(arguments: ["control", "events", "reports"], [false, true])
    func `what is too new is named and not touched`(_ name: String, isKilled: Bool) throws {
        for each in Self.openers.keys { try open(each) }
        #expect(DatabaseFormat.newer(in: folder.path) == nil)
        try migrateFurther(name, isKilled: isKilled)
        let before = try contents()
        #expect(before.keys.contains("\(name).sqlite-wal") == isKilled)
        let newer = try #require(DatabaseFormat.newer(in: folder.path))
        #expect(newer.file == "\(name).sqlite")
        #expect(newer.unknown == ["8 soon", "9 tomorrow"])
        #expect("\(newer)".contains("'8 soon', '9 tomorrow'") && "\(newer)".contains(newer.newest))
        // Of -shm SQLite says that nothing in it outlives its readers.
        let transient = "\(name).sqlite-shm"
        #expect(try contents().filter { $0.key != transient } == before.filter { $0.key != transient })
    }

    @Test(arguments: ["control", "events", "reports"])
    func `opening it is refused in words`(_ name: String) throws {
        try open(name)
        try migrateFurther(name, isKilled: false)
        let main = URL(fileURLWithPath: folder.path).appendingPathComponent("\(name).sqlite")
        let before = try Data(contentsOf: main)
        let error = #expect(throws: StorageFailure.self) { try open(name) }
        guard case .unavailable(let words) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(words.contains("'9 tomorrow'") && words.contains("\(name).sqlite"))
        #expect(try Data(contentsOf: main) == before)
    }

    @Test func `an older database is brought up to date`() throws {
        let path = "\(folder.path)/control.sqlite"
        do {
            let pool = try DatabasePool(path: path)
            try ControlSchema.migrator.migrate(pool, upTo: "1 tenants, keys, domains, credentials")
            try pool.close()
        }
        #expect(DatabaseFormat.newer(in: folder.path) == nil)
        try open("control")
        let pool = try DatabasePool(path: path)
        #expect(try pool.read { try ControlSchema.migrator.appliedMigrations($0) } == ControlSchema.migrator.migrations)
    }

    @Test func `a folder without databases, or with something else under their names, is for others to judge`() throws {
        #expect(DatabaseFormat.newer(in: folder.path) == nil)
        #expect(DatabaseFormat.newer(in: "/martlet/does/not/exist") == nil)
        try Data("this is no database".utf8).write(
            to: URL(fileURLWithPath: folder.path).appendingPathComponent("reports.sqlite"))
        #expect(DatabaseFormat.newer(in: folder.path) == nil)
    }
}
