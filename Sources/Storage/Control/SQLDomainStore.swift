import Foundation
import GRDB
import Mail

struct SQLDomainStore: DomainStore {
    let pool: DatabasePool

    func insert(_ domain: SendingDomain) async throws(StorageFailure) {
        try await translating {
            try await pool.write { db in
                try db.execute(
                    sql: "INSERT INTO domains (id, tenant, name, status, created_at) VALUES (?, ?, ?, ?, ?)",
                    arguments: [
                        domain.id.column, domain.tenant.column, domain.name.text, domain.status.rawValue,
                        domain.createdAt.milliseconds,
                    ])
                for key in domain.dkim {
                    try db.execute(
                        sql: """
                            INSERT INTO dkim_keys (domain, selector, algorithm, private_key, public_key)
                            VALUES (?, ?, ?, ?, ?)
                            """,
                        arguments: [
                            domain.id.column, key.selector, key.algorithm.rawValue, Data(key.privateKey),
                            Data(key.publicKey),
                        ])
                }
            }
        }
    }

    func domain(_ id: UUIDv7, of tenant: UUIDv7) async throws(StorageFailure) -> SendingDomain? {
        try await translating {
            try await pool.read { db in
                try Self.domains(db, "WHERE id = ? AND tenant = ?", [id.column, tenant.column]).first
            }
        }
    }

    func domains(of tenant: UUIDv7) async throws(StorageFailure) -> [SendingDomain] {
        try await translating {
            try await pool.read { db in try Self.domains(db, "WHERE tenant = ?", [tenant.column]) }
        }
    }

    func allDomains() async throws(StorageFailure) -> [SendingDomain] {
        try await translating { try await pool.read { db in try Self.domains(db, "", []) } }
    }

    func removeDomain(_ id: UUIDv7, of tenant: UUIDv7) async throws(StorageFailure) -> Bool {
        try await translating {
            try await pool.write { db in
                try db.execute(
                    sql: "DELETE FROM domains WHERE id = ? AND tenant = ?", arguments: [id.column, tenant.column])
                return db.changesCount > 0
            }
        }
    }

    private static func domains(
        _ db: Database, _ condition: String, _ arguments: StatementArguments
    ) throws -> [SendingDomain] {
        // Two questions instead of one a domain: the keyring asks for all of them.
        var keys: [UUIDv7: [DKIMKey]] = [:]
        let keyRows = try Row.fetchCursor(
            db,
            sql: """
                SELECT * FROM dkim_keys WHERE domain IN (SELECT id FROM domains \(condition))
                ORDER BY domain, algorithm DESC, selector
                """, arguments: arguments)
        while let row = try keyRows.next() {
            guard let algorithm = DKIMKey.Algorithm(rawValue: try row.text("algorithm")) else { continue }
            keys[try row.id("domain"), default: []].append(
                DKIMKey(
                    selector: try row.text("selector"), algorithm: algorithm,
                    privateKey: try row.bytes("private_key"), publicKey: try row.bytes("public_key")))
        }
        return try Row.fetchAll(db, sql: "SELECT * FROM domains \(condition) ORDER BY id", arguments: arguments)
            .map { row in
                guard let status = SendingDomain.Status(rawValue: try row.text("status")),
                    let name = row.domain("name")
                else { throw DamagedRow(column: "status") }
                let id = try row.id("id")
                return SendingDomain(
                    id: id, tenant: try row.id("tenant"), name: name, status: status, dkim: keys[id] ?? [],
                    createdAt: try row.time("created_at"))
            }
    }
}
