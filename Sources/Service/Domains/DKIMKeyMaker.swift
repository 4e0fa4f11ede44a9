import DNSAuth
package import Mail

/// Makes DKIM key pairs, off the caller's thread: an RSA pair takes a tenth of a second.
package protocol DKIMKeyMaker: Sendable {
    func makeKey(_ algorithm: DKIMKey.Algorithm, selector: String) async throws -> DKIMKey
}

/// RSA-2048 and Ed25519 by OpenSSL.
package struct GeneratedDKIMKeys: DKIMKeyMaker {
    package init() {}

    @concurrent
    package func makeKey(_ algorithm: DKIMKey.Algorithm, selector: String) async throws -> DKIMKey {
        switch algorithm {
        case .rsaSHA256: try DKIMKeyPair.generate(.rsaSHA256(bits: 2048), selector: selector)
        case .ed25519SHA256: try DKIMKeyPair.generate(.ed25519SHA256, selector: selector)
        }
    }
}
