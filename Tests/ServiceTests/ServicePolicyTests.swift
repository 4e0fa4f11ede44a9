import Mail
import Testing

@testable import Service

@Suite struct ServicePolicyTests {
    static let client = IPAddress.v4(0xC000_0201)

    private func created(_ house: House, domain: String? = nil) async throws -> CreatedCredential {
        try await house.credentials.create(name: "shop", domain: domain, by: house.caller)
    }

    @Test func `The right password gives the tenant's principal`() async throws {
        let house = try await House()
        let created = try await created(house)
        let policy = house.policy()
        let principal = try #require(
            await policy.authenticate(
                user: created.credential.user, password: created.password, from: Self.client))
        #expect(principal.tenant == house.tenant)
        #expect(principal.user == created.credential.user)
        #expect(principal.domains == [Domain(canonical: "example.com"), Domain(canonical: "pending.example")])
        #expect(created.credential.digest.count == 32)
        #expect(!created.credential.digest.elementsEqual(created.password.utf8))
    }

    @Test func `Anything else is refused, at the price of one question`() async throws {
        let house = try await House()
        let created = try await created(house)
        let policy = house.policy()
        let user = created.credential.user
        for (name, password) in [
            (user, ""), (user, created.password + "x"), (user, String(created.password.dropLast())), ("", ""),
            ("nobody", created.password), (user + "\u{0}", created.password),
        ] {
            let before = house.stores.questions
            let principal = await policy.authenticate(user: name, password: password, from: Self.client)
            #expect(principal == nil)
            #expect(house.stores.questions == before + 1)
        }
        let huge = await policy.authenticate(
            user: user, password: String(repeating: "x", count: 100_000), from: Self.client)
        #expect(huge == nil)
    }

    @Test func `A right password is remembered until something changes`() async throws {
        let house = try await House()
        let created = try await created(house)
        let policy = house.policy()
        let user = created.credential.user
        _ = await policy.authenticate(user: user, password: created.password, from: Self.client)
        let before = house.stores.questions
        _ = await policy.authenticate(user: user, password: created.password, from: Self.client)
        #expect(house.stores.questions == before)
        let rotated = try await house.credentials.rotate(created.credential.id, by: house.caller)
        let old = await policy.authenticate(user: user, password: created.password, from: Self.client)
        #expect(old == nil)
        let new = await policy.authenticate(user: user, password: rotated.password, from: Self.client)
        #expect(new?.tenant == house.tenant)
        #expect(rotated.credential.id == created.credential.id)
        try await house.credentials.delete(created.credential.id, by: house.caller)
        let gone = await policy.authenticate(user: user, password: rotated.password, from: Self.client)
        #expect(gone == nil)
    }

    @Test(arguments: [
        ("a@example.com", true), ("a@sub.example.com", true), ("a@pending.example", true), ("a@example.org", false),
        ("a@badexample.com", false), ("a@[192.0.2.1]", false),
    ])
    func `A principal sends from its domains`(_ sender: String, _ isAllowed: Bool) async throws {
        let house = try await House()
        let created = try await created(house)
        let policy = house.policy()
        let principal = try #require(
            await policy.authenticate(
                user: created.credential.user, password: created.password, from: Self.client))
        let mailbox = try #require(Mailbox(sender))
        #expect((policy.refusal(for: principal, sender: mailbox) == nil) == isAllowed)
        #expect((policy.refusal(for: principal, author: mailbox.domain) == nil) == isAllowed)
        #expect(policy.refusal(for: principal, sender: nil) == nil)
        #expect(policy.refusal(for: principal, author: nil)?.code == 550)
    }

    @Test func `Where domains must be verified a pending one does not count`() async throws {
        let house = try await House()
        let created = try await created(house)
        let principal = await house.policy { $0.requiresVerifiedDomain = true }
            .authenticate(user: created.credential.user, password: created.password, from: Self.client)
        #expect(principal?.domains == [Domain(canonical: "example.com")])
    }

    @Test func `A bound credential sends from its domain only, and from none that is not the tenant's`() async throws {
        let house = try await House()
        for (domain, expected) in [("mail.example.com", ["mail.example.com"]), ("foreign.example", [])] {
            let created = try await created(house, domain: domain)
            let principal = await house.policy().authenticate(
                user: created.credential.user, password: created.password, from: Self.client)
            #expect(principal?.domains?.map(\.text) == expected)
        }
    }

    @Test func `A trusted network sends from anywhere`() async throws {
        let house = try await House()
        let policy = house.policy()
        #expect(policy.trusted.tenant == house.tenant)
        #expect(policy.refusal(for: policy.trusted, sender: Mailbox("a@anywhere.example")) == nil)
        #expect(policy.refusal(for: policy.trusted, author: nil) == nil)
    }

    @Test func `A store that fails lets nobody in`() async throws {
        let house = try await House()
        let created = try await created(house)
        house.stores.fail(with: .unavailable("disk"))
        let principal = await house.policy().authenticate(
            user: created.credential.user, password: created.password, from: Self.client)
        #expect(principal == nil)
    }
}
