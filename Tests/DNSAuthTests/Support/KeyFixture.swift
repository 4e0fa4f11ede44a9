import Mail

@testable import DNSAuth

/// Keys are made once for all tests: RSA takes its time.
enum KeyFixture {
    static let rsa = Result { try DKIMKeyPair.generate(.rsaSHA256(), selector: "rsa1") }
    static let ed25519 = Result { try DKIMKeyPair.generate(.ed25519SHA256, selector: "ed1") }

    static func domain(
        _ name: String, status: SendingDomain.Status = .verified, keys: [DKIMKey]? = nil
    ) throws -> SendingDomain {
        let id = UUIDv7(high: 1, low: 2)
        return SendingDomain(
            id: id, tenant: id, name: Domain(canonical: name), status: status,
            dkim: try keys ?? [rsa.get(), ed25519.get()],
            createdAt: WallTime(milliseconds: 0))
    }
}
