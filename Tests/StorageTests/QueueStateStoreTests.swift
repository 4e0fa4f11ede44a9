import Foundation
import GRDB
import Mail
import Testing

@testable import Storage

/// What the queue keeps in `control.sqlite`.
@Suite struct QueueStateStoreTests {
    let folder: TemporaryFolder
    let database: ControlDatabase
    var store: any QueueStateStore { database.queueState }

    init() throws {
        folder = try TemporaryFolder()
        database = try ControlDatabase.open(folder: folder.path)
    }

    private func all(_ section: String) async throws -> [String: [UInt8]] {
        let rows = try await store.load(section)
        return Dictionary(rows.map { ($0.key, $0.value) }) { first, _ in first }
    }

    @Test func `Values come back, section by section, over a restart`() async throws {
        let bytes = (0...255).map { UInt8($0) }
        try await store.save("holds", [("a", [1, 2]), ("b", []), ("ü/1", bytes)])
        try await store.save("routes", [("a", [9])])
        database.close()
        let again = try ControlDatabase.open(folder: folder.path)
        let rows = try await again.queueState.load("holds")
        #expect(rows.map(\.key) == ["a", "b", "ü/1"])
        #expect(rows.map(\.value) == [[1, 2], [], bytes])
        let other = try await again.queueState.load("routes")
        #expect(other.map(\.value) == [[9]])
        #expect(try await again.queueState.load("nothing").isEmpty)
    }

    @Test func `A value is replaced and removed; removing what is not there is no error`() async throws {
        try await store.save("s", [("a", [1]), ("b", [2])])
        try await store.save("s", [("a", [3]), ("b", nil), ("c", nil), ("c", [4])])
        #expect(try await all("s") == ["a": [3], "c": [4]])
        try await store.save("s", [])
        #expect(try await all("s").count == 2)
    }

    @Test func `All or nothing`() async throws {
        try await store.save("s", [("a", [1])])
        try await database.pool.write {
            try $0.execute(
                sql: """
                    CREATE TRIGGER no BEFORE INSERT ON queue_state WHEN NEW.key = 'bad'
                    BEGIN SELECT RAISE(ABORT, 'no'); END
                    """)
        }
        let failure = await #expect(throws: StorageFailure.self) {
            try await store.save("s", [("a", nil), ("b", [2]), ("bad", [3])])
        }
        #expect(failure.map { "\($0)".contains("no") } == true)
        #expect(try await all("s") == ["a": [1]])
    }

    @Test func `A full disk is a typed failure, and nothing of it is kept`() async throws {
        try await store.save("s", [("a", [1])])
        try await database.pool.writeWithoutTransaction { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages)")
        }
        let large = [UInt8](repeating: 7, count: 1 << 20)
        let failure = await #expect(throws: StorageFailure.self) { try await store.save("s", [("b", large)]) }
        #expect(failure.map { "\($0)".contains("full") } == true)
        #expect(try await all("s") == ["a": [1]])
        try await database.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        try await store.save("s", [("b", large)])
        #expect(try await all("s")["b"]?.count == large.count)
    }

    @Test func `A closed database is a typed failure`() async throws {
        database.close()
        await #expect(throws: StorageFailure.self) { try await store.load("s") }
        await #expect(throws: StorageFailure.self) { try await store.save("s", [("a", [1])]) }
    }

    @Test func `A database of the time before has the table after it is opened`() async throws {
        try await database.pool.write { db in
            try db.execute(
                sql: "DROP TABLE queue_state; DELETE FROM grdb_migrations WHERE identifier = '\(QueueStateSchema.name)'"
            )
        }
        database.close()
        let again = try ControlDatabase.open(folder: folder.path)
        try await again.queueState.save("s", [("a", [1])])
        let rows = try await again.queueState.load("s")
        #expect(rows.map(\.value) == [[1]])
    }
}
