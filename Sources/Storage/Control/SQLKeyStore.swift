import Foundation
import GRDB
import Mail

struct SQLKeyStore: KeyStore {
    let pool: DatabasePool

    func insert(_ key: APIKey) async throws(StorageFailure) {
        let scopes = StringList.encode(key.scopes.map(\.rawValue).sorted())
        try await translating {
            try await pool.write { db in
                try db.execute(
                    sql: """
                        INSERT INTO api_keys (id, tenant, name, mode, scopes, digest, hint, domain, created_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        key.id.column, key.tenant.column, key.name, key.mode.rawValue, scopes, Data(key.digest),
                        key.hint, key.domain?.text, key.createdAt.milliseconds,
                    ])
            }
        }
    }

    func key(digest: [UInt8]) async throws(StorageFailure) -> APIKey? {
        try await translating {
            try await pool.read { db in
                try Row.fetchOne(db, sql: "SELECT * FROM api_keys WHERE digest = ?", arguments: [Data(digest)])
                    .map(Self.key)
            }
        }
    }

    func keys(of tenant: UUIDv7) async throws(StorageFailure) -> [APIKey] {
        try await translating {
            try await pool.read { db in
                try Row.fetchAll(
                    db, sql: "SELECT * FROM api_keys WHERE tenant = ? ORDER BY id", arguments: [tenant.column]
                ).map(Self.key)
            }
        }
    }

    func removeKey(_ id: UUIDv7, of tenant: UUIDv7) async throws(StorageFailure) -> Bool {
        try await translating {
            try await pool.write { db in
                try db.execute(
                    sql: "DELETE FROM api_keys WHERE id = ? AND tenant = ?", arguments: [id.column, tenant.column])
                return db.changesCount > 0
            }
        }
    }

    private static func key(_ row: Row) throws -> APIKey {
        guard let mode = APIKey.Mode(rawValue: try row.text("mode")) else { throw DamagedRow(column: "mode") }
        // A scope that only a later version knows gives nothing to this one.
        let scopes = StringList.decode(try row.text("scopes")).compactMap(Scope.init(rawValue:))
        return APIKey(
            id: try row.id("id"), tenant: try row.id("tenant"), name: try row.text("name"), mode: mode,
            scopes: Set(scopes), digest: try row.bytes("digest"), hint: try row.text("hint"),
            domain: row.domain("domain"), createdAt: try row.time("created_at"))
    }
}
