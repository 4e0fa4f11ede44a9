import Foundation
import GRDB
import Mail

struct SQLQueueStateStore: QueueStateStore {
    let pool: DatabasePool

    func load(_ section: String) async throws(StorageFailure) -> [(key: String, value: [UInt8])] {
        try await translating {
            try await pool.read { db in
                try Row.fetchAll(
                    db, sql: "SELECT key, value FROM queue_state WHERE section = ? ORDER BY key", arguments: [section]
                ).map { row in
                    let value: Data = row["value"]
                    return (key: try row.text("key"), value: Array(value))
                }
            }
        }
    }

    func save(_ section: String, _ changes: [(key: String, value: [UInt8]?)]) async throws(StorageFailure) {
        if changes.isEmpty { return }
        try await translating {
            try await pool.write { db in
                let put = try db.cachedStatement(
                    sql: """
                        INSERT INTO queue_state (section, key, value) VALUES (?, ?, ?)
                        ON CONFLICT (section, key) DO UPDATE SET value = excluded.value
                        """)
                let remove = try db.cachedStatement(
                    sql: "DELETE FROM queue_state WHERE section = ? AND key = ?")
                for (key, value) in changes {
                    if let value {
                        try put.execute(arguments: [section, key, Data(value)])
                    } else {
                        try remove.execute(arguments: [section, key])
                    }
                }
            }
        }
    }
}
