import Foundation
import GRDB
import Mail
import Testing

@testable import Storage

/// Domains in a real `control.sqlite`: checks, states of keys, and the upgrade from the schema before them.
@Suite struct ControlStoreDomainTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func open() async throws -> ControlDatabase {
        let database = try ControlDatabase.open(folder: folder.path)
        try await database.tenants.insert(Tenant(id: Samples.tenant, name: "default", createdAt: Samples.noon))
        return database
    }

    private static func domain(_ number: UInt64, _ name: String) -> SendingDomain {
        SendingDomain(
            id: UUIDv7(at: Samples.noon, random: (0, number)), tenant: Samples.tenant,
            name: Domain(canonical: name), status: .pending,
            dkim: [
                DKIMKey(
                    selector: "r", algorithm: .rsaSHA256, privateKey: [1, 2, 3], publicKey: [4, 5],
                    createdAt: Samples.noon, activatedAt: Samples.noon),
                DKIMKey(
                    selector: "e", algorithm: .ed25519SHA256, privateKey: [6], publicKey: [7],
                    state: .publishedPending, createdAt: Samples.noon),
            ], createdAt: Samples.noon, nextCheck: Samples.noon + .seconds(60))
    }

    private static let findings = [
        DomainFinding(
            .spf, .mismatch, record: "example.org", type: "TXT", published: ["v=spf1 -all", "a \"b\"\n\u{1}é"],
            expected: ["v=spf1 a:mx.example -all"], advice: "Add it.", isRequired: true, weight: 25, merit: 50),
        DomainFinding(.dkim(selector: "r"), .temporary, settled: .ok, record: "r", type: "TXT", weight: 25, merit: 100),
        DomainFinding(.reverse, .temporary, record: "mx.example", type: "PTR"),
    ]

    @Test func `What a check changes comes back as it went in`() async throws {
        let database = try await open()
        var domain = Self.domain(1, "example.org")
        try await database.domains.insert(domain)
        try await database.domains.insert(Self.domain(2, "example.net"))
        domain.status = .verified
        domain.isVouched = true
        domain.verifiedAt = Samples.noon + .seconds(1)
        domain.failingSince = Samples.noon + .seconds(2)
        domain.checkedAt = Samples.noon + .seconds(3)
        domain.score = 87
        domain.nextCheck = Samples.noon + .seconds(4)
        domain.dkim[0].state = .retiring
        domain.dkim[0].removableAt = Samples.noon + .seconds(5)
        domain.dkim[1] = DKIMKey(
            selector: "e2", algorithm: .ed25519SHA256, privateKey: [8], publicKey: [9], state: .active,
            createdAt: Samples.noon, activatedAt: Samples.noon)
        let written = try await database.domains.update(domain, findings: Self.findings)
        #expect(written)
        let found = try await database.domains.domain(domain.id, of: Samples.tenant)
        domain.revision = 1
        #expect(found == domain)
        let findings = try await database.domains.findings(of: domain.id, tenant: Samples.tenant)
        #expect(findings == Self.findings)
        let foreign = try await database.domains.findings(of: domain.id, tenant: Samples.other)
        #expect(foreign.isEmpty)
        let untouched = try await database.domains.domain(Self.domain(2, "").id, of: Samples.tenant)
        #expect(untouched == Self.domain(2, "example.net"))
        // The next check replaces them; a change without one leaves them.
        let second = try await database.domains.update(domain, findings: [Self.findings[1]])
        domain.revision = 2
        let third = try await database.domains.update(domain, findings: nil)
        #expect(second && third)
        let left = try await database.domains.findings(of: domain.id, tenant: Samples.tenant)
        #expect(left == [Self.findings[1]])
    }

    @Test func `Who has not read the newest may not write`() async throws {
        let database = try await open()
        let domain = Self.domain(1, "example.org")
        try await database.domains.insert(domain)
        var (one, other) = (domain, domain)
        one.score = 1
        other.score = 2
        other.dkim = []
        let first = try await database.domains.update(one, findings: nil)
        #expect(first)
        await #expect(throws: StorageFailure.conflict) {
            try await database.domains.update(other, findings: Self.findings)
        }
        let kept = try await database.domains.domain(domain.id, of: Samples.tenant)
        #expect(kept?.score == 1 && kept?.dkim.count == 2)
        let findings = try await database.domains.findings(of: domain.id, tenant: Samples.tenant)
        #expect(findings.isEmpty)
        var foreign = domain
        foreign.tenant = Samples.other
        let stolen = try await database.domains.update(foreign, findings: nil)
        #expect(!stolen)
        let removed = try await database.domains.removeDomain(domain.id, of: Samples.tenant)
        #expect(removed)
        let late = try await database.domains.update(one, findings: Self.findings)
        #expect(!late, "a deleted domain stays deleted")
    }

    @Test func `Findings go with their domain`() async throws {
        let database = try await open()
        let domain = Self.domain(1, "example.org")
        try await database.domains.insert(domain)
        _ = try await database.domains.update(domain, findings: Self.findings)
        _ = try await database.domains.removeDomain(domain.id, of: Samples.tenant)
        let rows = try await database.pool.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM domain_findings") }
        #expect(rows == 0)
    }

    @Test func `The longest due come first, and what lies too far ahead is due`() async throws {
        let database = try await open()
        for (number, seconds) in [(1, 30), (2, 10), (3, 20), (4, 90), (5, 1_000_000)] as [(UInt64, Int)] {
            var domain = Self.domain(number, "d\(number).example")
            domain.nextCheck = Samples.noon + .seconds(seconds)
            try await database.domains.insert(domain)
        }
        func due(_ limit: Int) async throws -> [String] {
            try await database.domains.domainsDue(
                at: Samples.noon + .seconds(60), horizon: .seconds(3_600), limit: limit
            ).map(\.name.text)
        }
        #expect(try await due(10) == ["d2.example", "d3.example", "d1.example", "d5.example"])
        #expect(try await due(2) == ["d2.example", "d3.example"])
        let keys = try await database.domains.domainsDue(
            at: Samples.noon + .seconds(60), horizon: .seconds(3_600), limit: 1)
        #expect(keys.first?.dkim.count == 2)
    }

    @Test func `A subject of a later version is passed over`() async throws {
        let database = try await open()
        let domain = Self.domain(1, "example.org")
        try await database.domains.insert(domain)
        _ = try await database.domains.update(domain, findings: Self.findings)
        try await database.pool.write {
            try $0.execute(sql: "UPDATE domain_findings SET subject = 'bimi' WHERE position = 0")
        }
        let left = try await database.domains.findings(of: domain.id, tenant: Samples.tenant)
        #expect(left == Array(Self.findings.dropFirst()))
    }

    // MARK: The upgrade

    /// A file as the first release has written it.
    private func makeOldDatabase() throws {
        let pool = try DatabaseFile.open("control", in: folder.path, readers: 1)
        try ControlSchema.migrator.migrate(pool, upTo: "1 tenants, keys, domains, credentials")
        try pool.write { db in
            try db.execute(
                sql: "INSERT INTO tenants (id, name, created_at) VALUES (?, 'default', 1)",
                arguments: [Samples.tenant.column])
            for (number, status) in [(1, "verified"), (2, "pending")] as [(UInt64, String)] {
                let id = UUIDv7(at: Samples.noon, random: (0, number)).column
                try db.execute(
                    sql: "INSERT INTO domains (id, tenant, name, status, created_at) VALUES (?, ?, ?, ?, ?)",
                    arguments: [id, Samples.tenant.column, "d\(number).example", status, Samples.noon.milliseconds])
                for selector in ["r", "e"] {
                    try db.execute(
                        sql: """
                            INSERT INTO dkim_keys (domain, selector, algorithm, private_key, public_key)
                            VALUES (?, ?, ?, ?, ?)
                            """,
                        arguments: [
                            id, selector, selector == "r" ? "rsa-sha256" : "ed25519-sha256", Data([1, 2]), Data([3]),
                        ])
                }
            }
        }
        #expect(try pool.read { try $0.columns(in: "domains").count } == 5, "that schema had no checks")
        try pool.close()
    }

    @Test func `The file of the first release is upgraded with all it holds`() async throws {
        try makeOldDatabase()
        let database = try ControlDatabase.open(folder: folder.path)
        let domains = try await database.domains.allDomains()
        #expect(domains.map(\.name.text) == ["d1.example", "d2.example"])
        #expect(domains.map(\.status) == [.verified, .pending])
        // Until then the operator's word was the only way to be verified, and it goes on to count.
        #expect(domains.map(\.isVouched) == [true, false])
        #expect(domains.map(\.verifiedAt) == [Samples.noon, nil])
        for domain in domains {
            #expect(domain.dkim.map(\.selector) == ["r", "e"])
            #expect(domain.dkim.allSatisfy { $0.state == .active && $0.privateKey == [1, 2] && $0.publicKey == [3] })
            #expect(domain.dkim.allSatisfy { $0.createdAt == Samples.noon && $0.activatedAt == Samples.noon })
            #expect(domain.checkedAt == nil && domain.score == nil && domain.revision == 0)
        }
        let due = try await database.domains.domainsDue(at: Samples.noon, horizon: .seconds(3_600), limit: 10)
        #expect(due.count == 2, "and the drift watch looks at them at once")
        let written = try await database.domains.update(domains[0], findings: Self.findings)
        #expect(written)
        database.close()
        // A second start finds nothing to do.
        let again = try ControlDatabase.open(folder: folder.path)
        let findings = try await again.domains.findings(of: domains[0].id, tenant: Samples.tenant)
        #expect(findings == Self.findings)
        again.close()
    }
}
