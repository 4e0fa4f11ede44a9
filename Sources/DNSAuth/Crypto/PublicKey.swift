import COpenSSL

/// Owns one `EVP_PKEY` with a public part, made from what a stranger published.
///
/// `@unchecked Sendable` for the reasons that `PrivateKey` gives.
@safe struct PublicKey: ~Copyable, @unchecked Sendable {
    enum Kind: Hashable, Sendable { case rsa(bits: Int), ed25519 }

    let kind: Kind
    private let raw: OpaquePointer

    private init(_ raw: OpaquePointer, _ kind: Kind) {
        unsafe self.raw = raw
        self.kind = kind
    }

    deinit { unsafe EVP_PKEY_free(raw) }

    /// SubjectPublicKeyInfo or RSAPublicKey, DER. `nil` when it is neither, or costs too much to use: the time of a
    /// verification grows with the square of the modulus, and with the length of the exponent.
    init?(rsa der: Span<UInt8>) {
        guard let form = RSAKeyForm(der), form.modulusBits <= 16_384, form.exponentBits <= 64 else { return nil }
        let raw = unsafe der.extracting(form.range).withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var at = buffer.baseAddress
            return unsafe d2i_PublicKey(EVP_PKEY_RSA, nil, &at, buffer.count)
        }
        guard let raw = unsafe raw else {
            ERR_clear_error()
            return nil
        }
        unsafe self.init(raw, .rsa(bits: form.modulusBits))
    }

    /// The 32 bytes of RFC 8032 §5.1.5.
    init?(ed25519 bytes: Span<UInt8>) {
        guard bytes.count == 32 else { return nil }
        let raw = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, buffer.baseAddress, buffer.count)
        }
        guard let raw = unsafe raw else {
            ERR_clear_error()
            return nil
        }
        unsafe self.init(raw, .ed25519)
    }

    /// RSA: RFC 8017 §8.2.2 (PKCS#1 v1.5). Ed25519: the digest is the message (RFC 8463 §3).
    func isValid(_ signature: [UInt8], over digest: [UInt8], _ algorithm: HashAlgorithm) -> Bool {
        let status = unsafe signature.withUnsafeBufferPointer { signature in
            unsafe digest.withUnsafeBufferPointer { digest in
                switch kind {
                case .rsa:
                    unsafe martlet_rsa_verify(
                        raw, algorithm == .sha1 ? EVP_sha1() : EVP_sha256(), digest.baseAddress, digest.count,
                        signature.baseAddress, signature.count)
                case .ed25519:
                    unsafe martlet_ed25519_verify(
                        raw, digest.baseAddress, digest.count, signature.baseAddress, signature.count)
                }
            }
        }
        if status != 1 { ERR_clear_error() }
        return status == 1
    }
}
