import GRDB
import Mail

/// The findings of a domain's last check in `domain_findings`.
enum DomainFindingRows {
    static func replace(_ findings: [DomainFinding], of domain: UUIDv7, _ db: Database) throws {
        try db.execute(sql: "DELETE FROM domain_findings WHERE domain = ?", arguments: [domain.column])
        for (position, finding) in findings.enumerated() {
            try db.execute(
                sql: """
                    INSERT INTO domain_findings (domain, position, subject, status, settled, record, type, published,
                        expected, advice, is_required, weight, merit)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    domain.column, position, finding.subject.name, finding.status.rawValue, finding.settled?.rawValue,
                    finding.record, finding.type, StringList.encode(finding.published),
                    StringList.encode(finding.expected), finding.advice, finding.isRequired, finding.weight,
                    finding.merit,
                ])
        }
    }

    static func read(of domain: UUIDv7, tenant: UUIDv7, _ db: Database) throws -> [DomainFinding] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT domain_findings.* FROM domain_findings JOIN domains ON domains.id = domain_findings.domain
                WHERE domain = ? AND tenant = ? ORDER BY position
                """, arguments: [domain.column, tenant.column])
        return try rows.compactMap { row in
            // A subject that only a later version looks at says nothing to this one.
            guard let subject = DomainFinding.Subject(name: try row.text("subject")) else { return nil }
            guard let status = DomainFinding.Status(rawValue: try row.text("status")) else {
                throw DamagedRow(column: "status")
            }
            let settled: String? = row["settled"]
            var finding = DomainFinding(
                subject, status, record: try row.text("record"), type: try row.text("type"),
                published: StringList.decode(try row.text("published")),
                expected: StringList.decode(try row.text("expected")), advice: try row.text("advice"),
                isRequired: row["is_required"], weight: row["weight"], merit: row["merit"])
            finding.settled = settled.flatMap(DomainFinding.Status.init)
            return finding
        }
    }
}
