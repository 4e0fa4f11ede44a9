import Mail
import Testing

@testable import Service

@Suite struct KeyServiceTests {
    @Test(arguments: [(APIKey.Mode.live, "mt_live_", false), (.test, "mt_test_", true)])
    func `A key is shown once, kept as a digest, and lets its holder in`(
        _ mode: APIKey.Mode, _ prefix: String, _ isTest: Bool
    ) async throws {
        let house = try await House()
        let created = try await house.keys.create(
            name: " shop ", mode: mode, scopes: [.messagesSend], domain: "example.com", by: house.caller)
        #expect(created.text.hasPrefix(prefix))
        #expect(created.text.utf8.count == 48)
        #expect(created.key.hint == String(created.text.prefix(12)))
        let stored = try #require(house.stores.keys.first)
        #expect(stored.name == "shop")
        #expect(stored.digest.count == 32)
        #expect(stored.digest == SHA256.digest(of: Array(created.text.utf8)))
        let caller = try await house.keys.authenticate(created.text)
        #expect(caller.tenant == house.tenant)
        #expect(caller.scopes == [.messagesSend])
        #expect(caller.isTest == isTest)
        #expect(caller.domain?.text == "example.com")
    }

    @Test(arguments: [
        "", "mt_live_", "mt_live_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "sk_live_1234567890123456", "Bearer",
    ])
    func `Any other text is nobody's`(_ text: String) async throws {
        let house = try await House()
        let found = await failure { _ = try await house.keys.authenticate(text) }
        #expect(found?.kind == .unauthenticated)
    }

    @Test func `A key is remembered until something changes, and a guess never is`() async throws {
        let house = try await House()
        let keys = house.keys
        let created = try await keys.create(name: "a", mode: .live, scopes: [.messagesSend], by: house.caller)
        let before = house.stores.questions
        for _ in 0..<3 { _ = try await keys.authenticate(created.text) }
        #expect(house.stores.questions == before + 1)
        for _ in 0..<2 {
            _ = await failure { _ = try await keys.authenticate("mt_live_" + String(repeating: "B", count: 40)) }
        }
        #expect(house.stores.questions == before + 3)
        try await keys.delete(created.key.id, by: house.caller)
        let found = await failure { _ = try await keys.authenticate(created.text) }
        #expect(found?.kind == .unauthenticated)
    }

    @Test func `No key makes one that may do more than it`() async throws {
        let house = try await House()
        var caller = house.caller
        caller.scopes = [.messagesSend, .keysManage]
        caller.isTest = true
        caller.domain = Domain("example.com")
        let created = try await house.keys.create(name: "a", mode: .live, scopes: [.messagesSend], by: caller)
        #expect(created.key.mode == .test)
        #expect(created.key.domain == caller.domain)
        var found = await failure { [caller] in
            _ = try await house.keys.create(name: "a", mode: .test, scopes: [.operate], by: caller)
        }
        #expect(found?.code == .missingScope)
        found = await failure { [caller] in
            _ = try await house.keys.create(
                name: "a", mode: .test, scopes: [.messagesSend], domain: "pending.example", by: caller)
        }
        #expect(found?.code == .invalidParameter)
    }

    @Test func `Another tenant's key cannot be deleted`() async throws {
        let house = try await House()
        let created = try await house.keys.create(name: "a", mode: .live, scopes: [.messagesSend], by: house.caller)
        var stranger = house.caller
        stranger.tenant = UUIDv7(at: house.time.wall, random: (9, 9))
        let found = await failure { [stranger] in try await house.keys.delete(created.key.id, by: stranger) }
        #expect(found?.kind == .notFound)
        _ = try await house.keys.authenticate(created.text)
    }

    @Test func `A store that fails is not a wrong key`() async throws {
        let house = try await House()
        house.stores.fail(with: .unavailable("disk"))
        let found = await failure {
            _ = try await house.keys.authenticate("mt_live_" + String(repeating: "B", count: 40))
        }
        #expect(found?.kind == .unavailable)
        #expect(found?.message.contains("disk") == false)
    }

    @Test func `The first start makes a tenant and a key, and no later start does`() async throws {
        let house = try await House()
        let stores = MemoryStores()
        let tenants = TenantService(store: stores, time: house.time)
        let keys = KeyService(store: stores, time: house.time, changes: house.changes)
        let start = FirstStart(tenants: tenants, keys: keys)
        let (tenant, key) = try await start.prepare()
        let caller = try await keys.authenticate(try #require(key).text)
        #expect(caller.tenant == tenant.id)
        #expect(caller.scopes == Set(Scope.allCases))
        let (again, none) = try await start.prepare()
        #expect(again == tenant)
        #expect(none == nil)
    }

    /// FIPS 180-4's own examples.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func `The digest is SHA-256`(_ text: String, _ expected: String) {
        let hex = SHA256.digest(of: Array(text.utf8)).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        #expect(hex.joined() == expected)
    }

    @Test func `Comparison sees every difference`() {
        let bytes = [UInt8](0..<32)
        #expect(constantTimeEqual(bytes, bytes))
        #expect(!constantTimeEqual(bytes, Array(bytes.dropLast())))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 1
            #expect(!constantTimeEqual(bytes, other))
        }
    }
}
