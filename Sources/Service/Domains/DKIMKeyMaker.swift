import DNSAuth
package import Mail

/// Makes DKIM key pairs, off the caller's thread: an RSA pair takes a tenth of a second.
package protocol DKIMKeyMaker: Sendable {
    func makeKey(_ algorithm: DKIMKey.Algorithm, selector: String) async throws -> DKIMKey
}

/// RSA-2048 and Ed25519 by OpenSSL.
package struct GeneratedDKIMKeys: DKIMKeyMaker {
    package init() {}

    /// `@concurrent` alone would stay on the loop of the connection: it is the executor that the task of a request
    /// prefers, and so that of all its functions without an actor (SE-0417).
    package func makeKey(_ algorithm: DKIMKey.Algorithm, selector: String) async throws -> DKIMKey {
        try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await Self.generate(algorithm, selector)
        }
    }

    @concurrent
    private static func generate(_ algorithm: DKIMKey.Algorithm, _ selector: String) async throws -> DKIMKey {
        switch algorithm {
        case .rsaSHA256: try DKIMKeyPair.generate(.rsaSHA256(bits: 2048), selector: selector)
        case .ed25519SHA256: try DKIMKeyPair.generate(.ed25519SHA256, selector: selector)
        }
    }
}
