import DNSAuth
import Mail
import Testing

@testable import Service

/// Which of a domain's keys sign.
@Suite struct DomainKeyringTests {
    private static func domain(_ keys: [DKIMKey]) -> SendingDomain {
        let now = WallTime(milliseconds: 1_768_478_400_000)
        return SendingDomain(
            id: UUIDv7(at: now, random: (0, 1)), tenant: UUIDv7(at: now, random: (0, 2)),
            name: Domain(canonical: "shop.example"), status: .verified, dkim: keys, createdAt: now)
    }

    private static func signing(_ keyring: DKIMKeyring) throws -> Int {
        let entry = keyring.keys(for: Domain(canonical: "shop.example"))
        return try entry?.keys.map { try $0.get() }.count ?? 0
    }

    @Test func `Only active keys sign`() async throws {
        var keys: [DKIMKey] = []
        for (number, state) in DKIMKey.State.allCases.enumerated() {
            var key = try await GeneratedDKIMKeys().makeKey(.ed25519SHA256, selector: "s\(number)")
            key.state = state
            keys.append(key)
        }
        let keyring = DKIMKeyring()
        keyring.replaceAll([Self.domain(keys)])
        #expect(try Self.signing(keyring) == 1)
        // The change-over, as the keyring sees it: the parsed key of before is not needed any more.
        keys[0].state = .active
        keys[1].state = .retiring
        keyring.replaceAll([Self.domain(keys)])
        let content = Content(original: [UInt8]("From: a@shop.example\r\n\r\nHello\r\n".utf8))
        let entry = try #require(keyring.keys(for: Domain(canonical: "shop.example")))
        let field = try DKIMSigner.sign(
            content, with: entry, options: DKIMOptions(), at: WallTime(milliseconds: 1_768_478_400_000))
        let text = String(decoding: field, as: UTF8.self)
        #expect(text.contains("s=s0;") && !text.contains("s=s1;"), "\(text)")
        keyring.add(Self.domain(Array(keys.dropFirst())))
        #expect(keyring.count == 0, "a domain whose keys all wait or rest is signed for by nobody")
    }
}
