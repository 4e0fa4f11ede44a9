import GRDB
import Mail

struct SQLTenantStore: TenantStore {
    let pool: DatabasePool

    func insert(_ tenant: Tenant) async throws(StorageFailure) {
        try await translating {
            try await pool.write { db in
                try db.execute(
                    sql: "INSERT INTO tenants (id, name, created_at) VALUES (?, ?, ?)",
                    arguments: [tenant.id.column, tenant.name, tenant.createdAt.milliseconds])
            }
        }
    }

    func tenant(_ id: UUIDv7) async throws(StorageFailure) -> Tenant? {
        try await translating {
            try await pool.read { db in
                try Row.fetchOne(db, sql: "SELECT * FROM tenants WHERE id = ?", arguments: [id.column])
                    .map(Self.tenant)
            }
        }
    }

    func tenants() async throws(StorageFailure) -> [Tenant] {
        try await translating {
            try await pool.read { db in
                try Row.fetchAll(db, sql: "SELECT * FROM tenants ORDER BY id").map(Self.tenant)
            }
        }
    }

    private static func tenant(_ row: Row) throws -> Tenant {
        Tenant(id: try row.id("id"), name: try row.text("name"), createdAt: try row.time("created_at"))
    }
}
