import Mail
import Synchronization
import Testing

@testable import Service

@Suite struct DomainServiceTests {
    @Test func `A new domain has two keys and tells what to publish`() async throws {
        let house = try await House()
        let added = try await house.domains.add("Shop.Example", by: house.caller)
        #expect(added.domain.name.text == "shop.example")
        #expect(added.domain.status == .pending)
        #expect(added.domain.dkim.map(\.algorithm) == [.rsaSHA256, .ed25519SHA256])
        #expect(added.domain.dkim.map(\.selector) == ["mt202601r", "mt202601e"])
        #expect(
            added.records.map { "\($0.purpose.rawValue) \($0.name) \($0.value)" } == [
                "dkim mt202601r._domainkey.shop.example v=DKIM1; k=rsa; p=Ag==",
                "dkim mt202601e._domainkey.shop.example v=DKIM1; k=ed25519; p=Ag==",
                "spf shop.example v=spf1 a:mx.martlet.example mx ~all",
                "dmarc _dmarc.shop.example v=DMARC1; p=none",
            ])
        let found = try await house.domains.get(added.domain.id, by: house.caller)
        #expect(found.domain == added.domain)
        let all = try await house.domains.list(by: house.caller)
        #expect(all.count == 3)
    }

    @Test func `The generator's keys are what DKIM asks for`() async throws {
        let rsa = try await GeneratedDKIMKeys().makeKey(.rsaSHA256, selector: "r")
        let ed25519 = try await GeneratedDKIMKeys().makeKey(.ed25519SHA256, selector: "e")
        // SubjectPublicKeyInfo of 2048 bits is 294 bytes.
        #expect(rsa.publicKey.count == 294)
        #expect(ed25519.publicKey.count == 32)
    }

    @Test func `The keyring hears of every change, the verified first`() async throws {
        let house = try await House()
        let added = try await house.domains.add("aaa.example", by: house.caller)
        #expect(house.keyring.names.withLock { $0 } == ["example.com", "pending.example", "aaa.example"])
        // And a sender may use it from now on.
        _ = try await house.messages().send(House.request { $0.from = "x@aaa.example" }, by: house.caller)
        try await house.domains.delete(added.domain.id, by: house.caller)
        #expect(house.keyring.names.withLock { $0 } == ["example.com", "pending.example"])
        let found = await failure {
            _ = try await house.messages().send(House.request { $0.from = "x@aaa.example" }, by: house.caller)
        }
        #expect(found?.code == .domainNotVerified)
    }

    @Test(arguments: ["", "nodot", "a b.example", "[192.0.2.1]", "ex\r\nample.com", "-.example", "a..example"])
    func `What is no domain is refused`(_ name: String) async throws {
        let house = try await House()
        let found = await failure { _ = try await house.domains.add(name, by: house.caller) }
        #expect(found?.details.first?.field == "domain")
    }

    @Test func `A domain cannot be added twice nor deleted by others`() async throws {
        let house = try await House()
        var found = await failure { _ = try await house.domains.add("example.com", by: house.caller) }
        #expect(found?.kind == .conflict)
        var stranger = house.caller
        stranger.tenant = UUIDv7(at: house.time.wall, random: (9, 9))
        let id = try await house.domains.list(by: house.caller)[0].domain.id
        found = await failure { [stranger] in try await house.domains.delete(id, by: stranger) }
        #expect(found?.kind == .notFound)
        found = await failure { [stranger] in _ = try await house.domains.get(id, by: stranger) }
        #expect(found?.kind == .notFound)
    }
}
