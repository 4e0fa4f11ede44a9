import GRDB
package import Mail

/// `control.sqlite`: tenants, keys, domains, credentials. Written seldom, by more than one process (`martlet key
/// create` beside a running server), and never to be lost: every commit is synced.
package final class ControlDatabase: Sendable {
    let pool: DatabasePool

    /// Opens or makes the file in the folder and brings it to the present schema.
    package static func open(folder: String) throws(StorageFailure) -> ControlDatabase {
        do {
            let pool = try DatabaseFile.open("control", in: folder, readers: 5, ControlSchema.migrator)
            try ControlSchema.migrator.migrate(pool)
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            return ControlDatabase(pool: pool)
        } catch {
            throw .unavailable("control.sqlite: \(error)")
        }
    }

    private init(pool: DatabasePool) { self.pool = pool }

    package func close() { try? pool.close() }

    /// Changes whenever another process has committed. Costs microseconds, so it may be asked every second.
    package func foreignVersion() async throws(StorageFailure) -> Int64 {
        // SQLite counts the commits of other connections. All writes of this process go through the pool's one
        // writer, so what the writer's count shows came from outside.
        try await translating {
            try await pool.writeWithoutTransaction { try Int64.fetchOne($0, sql: "PRAGMA data_version") ?? 0 }
        }
    }

    package var tenants: any TenantStore { SQLTenantStore(pool: pool) }
    package var keys: any KeyStore { SQLKeyStore(pool: pool) }
    package var domains: any DomainStore { SQLDomainStore(pool: pool) }
    package var credentials: any CredentialStore { SQLCredentialStore(pool: pool) }
    package var queueState: any QueueStateStore { SQLQueueStateStore(pool: pool) }
    package var idempotency: SQLIdempotencyStore { SQLIdempotencyStore(pool: pool) }
}
