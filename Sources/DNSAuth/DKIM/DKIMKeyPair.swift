package import Mail

/// Makes key pairs, and reads those that a tenant brings along.
package enum DKIMKeyPair {
    package enum Request: Hashable, Sendable {
        /// RFC 8301 §3.2: at least 1024 bits, and 2048 are recommended.
        case rsaSHA256(bits: Int = 2048)
        case ed25519SHA256
    }

    /// A new pair. RSA takes 50 to 500 ms of CPU: never on a loop. Throws `.badKey` when OpenSSL cannot make one.
    package static func generate(_ request: Request, selector: String) throws(SigningFailure) -> DKIMKey {
        switch request {
        case .rsaSHA256(let bits):
            guard (1024...8192).contains(bits), let key = PrivateKey.generateRSA(bits: bits) else {
                throw .badKey(selector: selector)
            }
            return try record(of: key, selector: selector)
        case .ed25519SHA256:
            guard let key = PrivateKey.generateEd25519() else { throw .badKey(selector: selector) }
            return try record(of: key, selector: selector)
        }
    }

    /// The key in a PKCS#8 or PKCS#1 DER, with its public part computed.
    package static func reading(der: [UInt8], selector: String) throws(SigningFailure) -> DKIMKey {
        guard let key = PrivateKey(der: der) else { throw .badKey(selector: selector) }
        return try record(of: key, selector: selector)
    }

    private static func record(
        of key: borrowing PrivateKey, selector: String
    ) throws(SigningFailure) -> DKIMKey {
        let algorithm: DKIMKey.Algorithm
        let publicKey: [UInt8]?
        switch key.kind {
        case .rsa:
            algorithm = .rsaSHA256
            publicKey = key.subjectPublicKeyInfo()
        case .ed25519:
            algorithm = .ed25519SHA256
            publicKey = key.rawPublicKey()
        case .other: throw .badKey(selector: selector)
        }
        guard let publicKey, let privateKey = key.pkcs8() else { throw .badKey(selector: selector) }
        return DKIMKey(selector: selector, algorithm: algorithm, privateKey: privateKey, publicKey: publicKey)
    }
}
