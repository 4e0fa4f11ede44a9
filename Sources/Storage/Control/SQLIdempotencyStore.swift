import Foundation
import GRDB
package import Mail

/// The answers kept for `Idempotency-Key`.
package struct SQLIdempotencyStore: Sendable {
    let pool: DatabasePool

    package struct Entry: Sendable {
        package var bodyDigest: [UInt8]
        /// `nil` while nothing was answered yet.
        package var answer: (status: Int, body: [UInt8])?
        package var createdAt: WallTime

        package init(bodyDigest: [UInt8], answer: (status: Int, body: [UInt8])?, createdAt: WallTime) {
            self.bodyDigest = bodyDigest
            self.answer = answer
            self.createdAt = createdAt
        }
    }

    package func entry(_ key: String, route: String, tenant: UUIDv7) async throws(StorageFailure) -> Entry? {
        try await translating {
            try await pool.read { db in
                let row = try Row.fetchOne(
                    db, sql: "SELECT * FROM idempotency WHERE tenant = ? AND route = ? AND key = ?",
                    arguments: [tenant.column, route, key])
                guard let row else { return nil }
                let status: Int? = row["status"]
                return Entry(
                    bodyDigest: try row.bytes("body_digest"),
                    answer: try status.map { ($0, try row.bytes("answer")) }, createdAt: try row.time("created_at"))
            }
        }
    }

    /// Replaces what stood there.
    package func put(_ entry: Entry, key: String, route: String, tenant: UUIDv7) async throws(StorageFailure) {
        try await translating {
            try await pool.write { db in
                try db.execute(
                    sql: """
                        INSERT INTO idempotency (tenant, route, key, body_digest, status, answer, created_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?)
                        ON CONFLICT (tenant, route, key) DO UPDATE SET body_digest = excluded.body_digest,
                            status = excluded.status, answer = excluded.answer, created_at = excluded.created_at
                        """,
                    arguments: [
                        tenant.column, route, key, Data(entry.bodyDigest), entry.answer?.status,
                        entry.answer.map { Data($0.body) }, entry.createdAt.milliseconds,
                    ])
            }
        }
    }

    package func remove(_ key: String, route: String, tenant: UUIDv7) async throws(StorageFailure) {
        try await translating {
            try await pool.write { db in
                try db.execute(
                    sql: "DELETE FROM idempotency WHERE tenant = ? AND route = ? AND key = ?",
                    arguments: [tenant.column, route, key])
            }
        }
    }

    package func remove(before time: WallTime) async throws(StorageFailure) {
        try await translating {
            try await pool.write { db in
                try db.execute(
                    sql: "DELETE FROM idempotency WHERE created_at < ?", arguments: [time.milliseconds])
            }
        }
    }
}
