import Foundation
import GRDB
import Mail
import Testing

@testable import Storage

/// The stores over a real `control.sqlite`.
@Suite struct ControlStoreTests {
    let folder: TemporaryFolder
    let database: ControlDatabase
    let tenant = Tenant(id: Samples.tenant, name: "default", createdAt: Samples.noon)

    init() throws {
        folder = try TemporaryFolder()
        database = try ControlDatabase.open(folder: folder.path)
    }

    private func key(_ number: UInt64, digest: [UInt8]? = nil) -> APIKey {
        APIKey(
            id: UUIDv7(at: Samples.noon, random: (0, number)), tenant: Samples.tenant, name: "key \(number)",
            mode: .test,
            scopes: [.messagesSend, .keysManage], digest: digest ?? [UInt8](repeating: UInt8(number), count: 32),
            hint: "mt_test_ab12", domain: Domain("example.org"), createdAt: Samples.noon)
    }

    private func domain(_ number: UInt64, _ name: String) -> SendingDomain {
        SendingDomain(
            id: UUIDv7(at: Samples.noon, random: (0, number)), tenant: Samples.tenant,
            name: Domain(canonical: name), status: .verified,
            dkim: [
                DKIMKey(selector: "r", algorithm: .rsaSHA256, privateKey: [1, 2, 3], publicKey: [4, 5]),
                DKIMKey(selector: "e", algorithm: .ed25519SHA256, privateKey: [6], publicKey: []),
            ], createdAt: Samples.noon)
    }

    @Test func `A tenant comes back as it went in`() async throws {
        try await database.tenants.insert(tenant)
        let found = try await database.tenants.tenant(tenant.id)
        #expect(found == tenant)
        let all = try await database.tenants.tenants()
        #expect(all == [tenant])
        await #expect(throws: StorageFailure.conflict) {
            try await database.tenants.insert(Tenant(id: Samples.other, name: "default", createdAt: Samples.noon))
        }
    }

    @Test func `A key is found by its digest and removed by its tenant only`() async throws {
        try await database.tenants.insert(tenant)
        let key = key(1)
        try await database.keys.insert(key)
        let found = try await database.keys.key(digest: key.digest)
        #expect(found == key)
        let missing = try await database.keys.key(digest: [1])
        #expect(missing == nil)
        let twin = self.key(2, digest: key.digest)
        await #expect(throws: StorageFailure.conflict) { try await database.keys.insert(twin) }
        let stolen = try await database.keys.removeKey(key.id, of: Samples.other)
        #expect(!stolen)
        let removed = try await database.keys.removeKey(key.id, of: Samples.tenant)
        #expect(removed)
        let left = try await database.keys.keys(of: Samples.tenant)
        #expect(left.isEmpty)
    }

    @Test func `A key of a tenant that does not exist is refused`() async throws {
        let failure = await #expect(throws: StorageFailure.self) { try await database.keys.insert(key(1)) }
        guard let failure else { return }
        #expect("\(failure)".contains("FOREIGN KEY"))
    }

    @Test func `A domain keeps its DKIM keys and takes them along when it goes`() async throws {
        try await database.tenants.insert(tenant)
        let domain = domain(1, "example.org")
        try await database.domains.insert(domain)
        try await database.domains.insert(self.domain(2, "example.net"))
        let found = try await database.domains.domain(domain.id, of: Samples.tenant)
        #expect(found == domain)
        let foreign = try await database.domains.domain(domain.id, of: Samples.other)
        #expect(foreign == nil)
        await #expect(throws: StorageFailure.conflict) {
            try await database.domains.insert(self.domain(3, "example.org"))
        }
        let removed = try await database.domains.removeDomain(domain.id, of: Samples.tenant)
        #expect(removed)
        let all = try await database.domains.allDomains()
        #expect(all.map(\.name.text) == ["example.net"])
        #expect(all.map(\.dkim.count) == [2])
        // The same selector is free again.
        try await database.domains.insert(self.domain(4, "example.org"))
    }

    @Test func `A credential comes back as it went in`() async throws {
        try await database.tenants.insert(tenant)
        let credential = SMTPCredential(
            id: UUIDv7(at: Samples.noon, random: (0, 1)), tenant: Samples.tenant, name: "shop", user: "mt-abc",
            salt: [0, 255, 1], digest: [9, 9], domain: nil, isTest: true, createdAt: Samples.noon)
        try await database.credentials.insert(credential)
        let found = try await database.credentials.credential(user: "mt-abc")
        #expect(found == credential)
        let unknown = try await database.credentials.credential(user: "mt-abd")
        #expect(unknown == nil)
        let removed = try await database.credentials.removeCredential(credential.id, of: Samples.tenant)
        #expect(removed)
    }

    @Test func `What one process writes another one notices, and not its own writing`() async throws {
        let before = try await database.foreignVersion()
        try await database.tenants.insert(tenant)
        let own = try await database.foreignVersion()
        #expect(own == before)
        let second = try ControlDatabase.open(folder: folder.path)
        try await second.keys.insert(key(1))
        second.close()
        let after = try await database.foreignVersion()
        #expect(after != before)
        let found = try await database.keys.key(digest: key(1).digest)
        #expect(found != nil)
    }

    @Test(arguments: ["control.sqlite", "control.sqlite-wal", "events.sqlite"])
    func `The files keep their secrets from other users`(_ name: String) throws {
        let events = try EventDatabase.open(folder: folder.path)
        defer { events.close() }
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(name)")
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }

    @Test func `Control data is synced at every commit`() async throws {
        let level = try await database.pool.writeWithoutTransaction { db in
            try Int.fetchOne(db, sql: "PRAGMA synchronous")
        }
        #expect(level == 2)
    }

    @Test(arguments: [[], [""], ["a", "b,c", "\"", "\\\"]", "\u{0}\u{1F}\n", "é€😀"]])
    func `A list of strings survives its column`(_ values: [String]) {
        #expect(StringList.decode(StringList.encode(values)) == values)
    }

    @Test(arguments: ["", "[", "[\"", "[\"a", "{}", "[1,2]", "[\"\\u00", "[\"\\"])
    func `A damaged list is read without harm`(_ text: String) {
        #expect(StringList.decode(text).count <= 1)
    }
}
