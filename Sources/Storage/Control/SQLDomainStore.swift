import Foundation
import GRDB
import Mail

struct SQLDomainStore: DomainStore {
    let pool: DatabasePool

    func insert(_ domain: SendingDomain) async throws(StorageFailure) {
        try await translating {
            try await pool.write { db in
                try db.execute(
                    sql: """
                        INSERT INTO domains (id, tenant, name, created_at, status, is_vouched, verified_at,
                            failing_since, checked_at, score, next_check_at, revision)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        domain.id.column, domain.tenant.column, domain.name.text, domain.createdAt.milliseconds,
                        domain.status.rawValue, domain.isVouched, domain.verifiedAt?.milliseconds,
                        domain.failingSince?.milliseconds, domain.checkedAt?.milliseconds, domain.score,
                        domain.nextCheck.milliseconds, domain.revision,
                    ])
                for key in domain.dkim { try Self.put(key, of: domain.id, db) }
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

    func domainsDue(
        at time: WallTime, horizon: Duration, limit: Int
    ) async throws(StorageFailure) -> [SendingDomain] {
        let due: StatementArguments = [time.milliseconds, (time + horizon).milliseconds, limit]
        return try await translating {
            try await pool.read { db in
                try Self.domains(
                    db,
                    """
                    WHERE id IN (SELECT id FROM domains WHERE next_check_at <= ? OR next_check_at > ?
                        ORDER BY next_check_at LIMIT ?)
                    """, due, order: "next_check_at, id")
            }
        }
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

    func update(_ domain: SendingDomain, findings: [DomainFinding]?) async throws(StorageFailure) -> Bool {
        let outcome = try await translating { try await pool.write { try Self.update(domain, findings, $0) } }
        switch outcome {
        case .written: return true
        case .gone: return false
        case .overtaken: throw .conflict
        }
    }

    private enum Update { case written, gone, overtaken }

    private static func update(_ domain: SendingDomain, _ findings: [DomainFinding]?, _ db: Database) throws -> Update {
        try db.execute(
            sql: """
                UPDATE domains SET status = ?, is_vouched = ?, verified_at = ?, failing_since = ?, checked_at = ?,
                    score = ?, next_check_at = ?, revision = revision + 1
                WHERE id = ? AND tenant = ? AND revision = ?
                """,
            arguments: [
                domain.status.rawValue, domain.isVouched, domain.verifiedAt?.milliseconds,
                domain.failingSince?.milliseconds, domain.checkedAt?.milliseconds, domain.score,
                domain.nextCheck.milliseconds, domain.id.column, domain.tenant.column, domain.revision,
            ])
        guard db.changesCount > 0 else {
            let isThere = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM domains WHERE id = ? AND tenant = ?)",
                arguments: [domain.id.column, domain.tenant.column])
            return isThere == true ? .overtaken : .gone
        }
        let stored = try String.fetchAll(
            db, sql: "SELECT selector FROM dkim_keys WHERE domain = ?", arguments: [domain.id.column])
        for selector in stored where !domain.dkim.contains(where: { $0.selector == selector }) {
            try db.execute(
                sql: "DELETE FROM dkim_keys WHERE domain = ? AND selector = ?",
                arguments: [domain.id.column, selector])
        }
        for key in domain.dkim { try put(key, of: domain.id, db) }
        if let findings { try DomainFindingRows.replace(findings, of: domain.id, db) }
        return .written
    }

    func findings(of id: UUIDv7, tenant: UUIDv7) async throws(StorageFailure) -> [DomainFinding] {
        try await translating { try await pool.read { try DomainFindingRows.read(of: id, tenant: tenant, $0) } }
    }

    /// A new key, or the state and dates of one that is there: a key's bytes never change under its selector.
    private static func put(_ key: DKIMKey, of domain: UUIDv7, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO dkim_keys (domain, selector, algorithm, private_key, public_key, state, created_at,
                    activated_at, removable_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (domain, selector) DO UPDATE SET state = excluded.state,
                    created_at = excluded.created_at, activated_at = excluded.activated_at,
                    removable_at = excluded.removable_at
                """,
            arguments: [
                domain.column, key.selector, key.algorithm.rawValue, Data(key.privateKey), Data(key.publicKey),
                key.state.rawValue, key.createdAt?.milliseconds, key.activatedAt?.milliseconds,
                key.removableAt?.milliseconds,
            ])
    }

    private static func domains(
        _ db: Database, _ condition: String, _ arguments: StatementArguments, order: String = "id"
    ) throws -> [SendingDomain] {
        // Two questions instead of one a domain: the keyring asks for all of them.
        var keys: [UUIDv7: [DKIMKey]] = [:]
        let keyRows = try Row.fetchCursor(
            db,
            sql: """
                SELECT * FROM dkim_keys WHERE domain IN (SELECT id FROM domains \(condition))
                ORDER BY domain, algorithm DESC, created_at, selector
                """, arguments: arguments)
        while let row = try keyRows.next() {
            guard let algorithm = DKIMKey.Algorithm(rawValue: try row.text("algorithm")) else { continue }
            guard let state = DKIMKey.State(rawValue: try row.text("state")) else { throw DamagedRow(column: "state") }
            keys[try row.id("domain"), default: []].append(
                DKIMKey(
                    selector: try row.text("selector"), algorithm: algorithm,
                    privateKey: try row.bytes("private_key"), publicKey: try row.bytes("public_key"), state: state,
                    createdAt: row.optionalTime("created_at"), activatedAt: row.optionalTime("activated_at"),
                    removableAt: row.optionalTime("removable_at")))
        }
        return try Row.fetchAll(db, sql: "SELECT * FROM domains \(condition) ORDER BY \(order)", arguments: arguments)
            .map { row in
                guard let status = SendingDomain.Status(rawValue: try row.text("status")),
                    let name = row.domain("name")
                else { throw DamagedRow(column: "status") }
                let id = try row.id("id")
                return SendingDomain(
                    id: id, tenant: try row.id("tenant"), name: name, status: status, dkim: keys[id] ?? [],
                    createdAt: try row.time("created_at"), isVouched: row["is_vouched"],
                    verifiedAt: row.optionalTime("verified_at"), failingSince: row.optionalTime("failing_since"),
                    checkedAt: row.optionalTime("checked_at"), score: row["score"],
                    nextCheck: try row.time("next_check_at"), revision: row["revision"])
            }
    }
}
