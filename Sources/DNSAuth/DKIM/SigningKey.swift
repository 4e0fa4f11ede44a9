package import Mail

/// A stored key, parsed: what one signature field is made with. Shared by all threads that sign.
package final class SigningKey: Sendable {
    let selector: String
    let algorithm: DKIMKey.Algorithm
    private let key: PrivateKey

    /// Throws `.badKey` when the bytes are no key, or not one of the algorithm, or too short.
    package init(_ stored: DKIMKey) throws(SigningFailure) {
        selector = stored.selector
        algorithm = stored.algorithm
        guard Self.isSelector(stored.selector), let key = PrivateKey(der: stored.privateKey) else {
            throw .badKey(selector: stored.selector)
        }
        switch (stored.algorithm, key.kind) {
        // RFC 8301 §3.2: signers must use at least 1024 bits.
        case (.rsaSHA256, .rsa(let bits)) where bits >= 1024: break
        case (.ed25519SHA256, .ed25519): break
        default: throw .badKey(selector: stored.selector)
        }
        self.key = key
    }

    /// The value of `b=` for the canonical header section and signature field.
    package func sign(_ canonical: [UInt8]) throws(SigningFailure) -> [UInt8] {
        let digest = SHA256Digest.of(canonical.span)
        let signature =
            switch algorithm {
            case .rsaSHA256: key.signRSA(digest: digest)
            // RFC 8463 §3: the SHA-256 digest is the message that PureEdDSA signs.
            case .ed25519SHA256: key.signEd25519(message: digest)
            }
        guard let signature else { throw .badKey(selector: selector) }
        return signature
    }

    /// RFC 6376 §3.1: labels joined by dots. It goes into a header field, so nothing else may pass.
    static func isSelector(_ text: String) -> Bool {
        text.utf8.count <= 190
            && text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.count)
                    && label.allSatisfy {
                        $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 26 || $0 == UInt8(ascii: "-")
                            || $0 == UInt8(ascii: "_")
                    }
            }
    }
}
