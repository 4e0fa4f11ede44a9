import Foundation
import Mail
import Testing

@testable import DNSAuth

@Suite struct DKIMKeyTests {
    @Test func generatedKeysReadBack() throws {
        for key in try [KeyFixture.rsa.get(), KeyFixture.ed25519.get()] {
            #expect(try DKIMKeyPair.reading(der: key.privateKey, selector: key.selector) == key)
        }
        #expect(try KeyFixture.ed25519.get().publicKey.count == 32)
        // SubjectPublicKeyInfo of 2048 bits.
        #expect(try KeyFixture.rsa.get().publicKey.count == 294)
    }

    @Test func smallKeysAreRefused() {
        #expect(throws: SigningFailure.badKey(selector: "s")) {
            try DKIMKeyPair.generate(.rsaSHA256(bits: 512), selector: "s")
        }
        #expect(throws: SigningFailure.badKey(selector: "s")) {
            try DKIMKeyPair.reading(der: [1, 2, 3], selector: "s")
        }
    }

    @Test func recordsAreSplitAt255Bytes() throws {
        let record = DKIMRecord(try KeyFixture.rsa.get())
        #expect(record.text.hasPrefix("v=DKIM1; k=rsa; p=MIIBIjAN"))
        #expect(record.strings.count == 2)
        #expect(record.strings[0].utf8.count == 255)
        #expect(record.strings.joined() == record.text)
        #expect(record.zoneText.hasPrefix("\"v=DKIM1;"))
        let small = DKIMRecord(try KeyFixture.ed25519.get())
        #expect(small.strings == [small.text])
        #expect(
            DKIMRecord.name(selector: "s1", domain: Domain(canonical: "example.org")) == "s1._domainkey.example.org")
    }

    @Test func theRecordHoldsTheKeyThatOpenSSLSees() throws {
        guard let openssl = Tool.find("openssl", for: "public key of a generated pair") else { return }
        let key = try KeyFixture.rsa.get()
        let result = try Tool.run(openssl, ["pkey", "-inform", "DER", "-pubout"], input: Data(key.privateKey))
        let pem = result.output.split(separator: "\n").filter { !$0.hasPrefix("-") }.joined()
        #expect(DKIMRecord(key).text.hasSuffix("p=" + pem))
    }

    @Test func theNearestParentSigns() throws {
        let keyring = DKIMKeyring()
        keyring.replaceAll([try KeyFixture.domain("example.org"), try KeyFixture.domain("deep.sub.example.org")])
        func domain(_ author: String) -> String? { keyring.keys(for: Domain(canonical: author))?.domain.text }
        #expect(domain("example.org") == "example.org")
        #expect(domain("sub.example.org") == "example.org")
        #expect(domain("x.deep.sub.example.org") == "deep.sub.example.org")
        #expect(domain("notexample.org") == nil)
        #expect(domain("org") == nil)
    }

    @Test func aVerifiedClaimWins() throws {
        let ed = try KeyFixture.ed25519.get()
        let rsa = try KeyFixture.rsa.get()
        let keyring = DKIMKeyring()
        let pending = try KeyFixture.domain("example.org", status: .pending, keys: [ed])
        let verified = try KeyFixture.domain("example.org", status: .verified, keys: [rsa])
        for order in [[pending, verified], [verified, pending]] {
            keyring.replaceAll(order)
            let entry = try #require(keyring.keys(for: Domain(canonical: "example.org")))
            let selectors = try entry.keys.map { try $0.get().selector }
            #expect(selectors == ["rsa1"])
        }
    }

    /// Anybody with an API key can claim a name below somebody else's domain, and must not take its signatures away.
    @Test func anUnprovedClaimBelowAVerifiedDomainDoesNotSign() throws {
        let keyring = DKIMKeyring()
        let verified = try KeyFixture.domain("example.org", status: .verified)
        let claimed = try KeyFixture.domain("mail.example.org", status: .pending)
        let alone = try KeyFixture.domain("example.net", status: .pending)
        keyring.replaceAll([verified, claimed, alone])
        func domain(_ author: String) -> String? { keyring.keys(for: Domain(canonical: author))?.domain.text }
        #expect(domain("mail.example.org") == "example.org")
        #expect(domain("x.mail.example.org") == "example.org")
        // Where nobody has proved anything, the nearest claim signs.
        #expect(domain("x.example.net") == "example.net")
        keyring.replaceAll([verified, try KeyFixture.domain("mail.example.org", status: .verified)])
        #expect(domain("x.mail.example.org") == "mail.example.org")
    }

    @Test func replacingKeepsWhatStaysTheSame() throws {
        let keyring = DKIMKeyring()
        keyring.replaceAll([try KeyFixture.domain("example.org")])
        let first = try #require(keyring.keys(for: Domain(canonical: "example.org")))
        let before = try first.keys[0].get()
        keyring.replaceAll([try KeyFixture.domain("example.org"), try KeyFixture.domain("example.net")])
        let second = try #require(keyring.keys(for: Domain(canonical: "example.org")))
        let after = try second.keys[0].get()
        #expect(before === after)
        #expect(keyring.count == 2)
        keyring.remove(Domain(canonical: "example.org"))
        #expect(keyring.keys(for: Domain(canonical: "example.org")) == nil)
    }

    @Test(arguments: [
        ("s1", true), ("2026-01.mail", true), ("k1_2", true), ("", false), (".", false), ("a..b", false), ("a.", false),
        ("a b", false), ("a;b", false), ("é", false), (String(repeating: "a", count: 64), false),
    ])
    func selectorsAreLabels(_ text: String, _ isGood: Bool) { #expect(SigningKey.isSelector(text) == isGood) }
}
