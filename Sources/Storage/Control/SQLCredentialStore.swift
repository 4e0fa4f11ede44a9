import Foundation
import GRDB
import Mail

struct SQLCredentialStore: CredentialStore {
    let pool: DatabasePool

    func insert(_ credential: SMTPCredential) async throws(StorageFailure) {
        try await translating {
            try await pool.write { db in
                try db.execute(
                    sql: """
                        INSERT INTO smtp_credentials
                            (id, tenant, name, user_name, salt, digest, domain, is_test, created_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        credential.id.column, credential.tenant.column, credential.name, credential.user,
                        Data(credential.salt), Data(credential.digest), credential.domain?.text, credential.isTest,
                        credential.createdAt.milliseconds,
                    ])
            }
        }
    }

    func credential(user: String) async throws(StorageFailure) -> SMTPCredential? {
        try await translating {
            try await pool.read { db in
                try Row.fetchOne(db, sql: "SELECT * FROM smtp_credentials WHERE user_name = ?", arguments: [user])
                    .map(Self.credential)
            }
        }
    }

    func credentials(of tenant: UUIDv7) async throws(StorageFailure) -> [SMTPCredential] {
        try await translating {
            try await pool.read { db in
                try Row.fetchAll(
                    db, sql: "SELECT * FROM smtp_credentials WHERE tenant = ? ORDER BY id", arguments: [tenant.column]
                ).map(Self.credential)
            }
        }
    }

    func removeCredential(_ id: UUIDv7, of tenant: UUIDv7) async throws(StorageFailure) -> Bool {
        try await translating {
            try await pool.write { db in
                try db.execute(
                    sql: "DELETE FROM smtp_credentials WHERE id = ? AND tenant = ?",
                    arguments: [id.column, tenant.column])
                return db.changesCount > 0
            }
        }
    }

    private static func credential(_ row: Row) throws -> SMTPCredential {
        SMTPCredential(
            id: try row.id("id"), tenant: try row.id("tenant"), name: try row.text("name"),
            user: try row.text("user_name"), salt: try row.bytes("salt"), digest: try row.bytes("digest"),
            domain: row.domain("domain"), isTest: row["is_test"], createdAt: try row.time("created_at"))
    }
}
