import COpenSSL

/// Owns one `EVP_PKEY` with a private part. Made once per key and then only read.
///
/// `@unchecked Sendable` holds because nothing here changes the object after `init`, and OpenSSL allows several
/// threads to use one `EVP_PKEY` at once as long as none modifies it; the blinding values that RSA keeps inside have
/// their own lock.
@safe struct PrivateKey: ~Copyable, @unchecked Sendable {
    enum Kind: Hashable, Sendable { case rsa(bits: Int), ed25519, other }

    private let raw: OpaquePointer

    private init(_ raw: OpaquePointer) { unsafe self.raw = raw }

    deinit { unsafe EVP_PKEY_free(raw) }

    /// PKCS#8 or PKCS#1, DER. `nil` when it is no key.
    init?(der: [UInt8]) {
        let raw = unsafe der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var at = buffer.baseAddress
            return unsafe d2i_AutoPrivateKey(nil, &at, buffer.count)
        }
        guard let raw = unsafe raw else {
            ERR_clear_error()
            return nil
        }
        unsafe self.init(raw)
    }

    /// Takes about 100 ms of CPU for 2048 bits: never on a loop. `nil` when OpenSSL fails.
    static func generateRSA(bits: Int) -> PrivateKey? {
        guard let raw = unsafe martlet_rsa_generate(UInt32(bits)) else { return nil }
        return unsafe PrivateKey(raw)
    }

    static func generateEd25519() -> PrivateKey? {
        guard let raw = unsafe martlet_ed25519_generate() else { return nil }
        return unsafe PrivateKey(raw)
    }

    var kind: Kind {
        switch unsafe EVP_PKEY_get_base_id(raw) {
        case EVP_PKEY_RSA: .rsa(bits: Int(unsafe EVP_PKEY_get_bits(raw)))
        case EVP_PKEY_ED25519: .ed25519
        default: .other
        }
    }

    /// PKCS#8, DER.
    func pkcs8() -> [UInt8]? {
        guard let info = unsafe EVP_PKEY2PKCS8(raw) else { return nil }
        defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
        return unsafe Self.encoded { unsafe i2d_PKCS8_PRIV_KEY_INFO(info, $0) }
    }

    /// SubjectPublicKeyInfo, DER.
    func subjectPublicKeyInfo() -> [UInt8]? {
        unsafe Self.encoded { unsafe i2d_PUBKEY(raw, $0) }
    }

    /// The 32 bytes of an Ed25519 key.
    func rawPublicKey() -> [UInt8]? {
        var count = 32
        var bytes = [UInt8](repeating: 0, count: count)
        let status = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            unsafe EVP_PKEY_get_raw_public_key(raw, buffer.baseAddress, &count)
        }
        return status == 1 && count == 32 ? bytes : nil
    }

    /// RFC 8017 §8.2.1 (PKCS#1 v1.5) over a SHA-256 digest. `nil` when OpenSSL refuses the key.
    func signRSA(digest: [UInt8]) -> [UInt8]? {
        unsafe signed { buffer, count in
            unsafe digest.withUnsafeBufferPointer { input in
                unsafe martlet_rsa_sign_sha256(raw, input.baseAddress, input.count, buffer, &count)
            }
        }
    }

    /// RFC 8032 §5.1.6 over any message.
    func signEd25519(message: [UInt8]) -> [UInt8]? {
        unsafe signed { buffer, count in
            unsafe message.withUnsafeBufferPointer { input in
                unsafe martlet_ed25519_sign(raw, input.baseAddress, input.count, buffer, &count)
            }
        }
    }

    private func signed(_ body: (UnsafeMutablePointer<UInt8>?, inout Int) -> Int32) -> [UInt8]? {
        let capacity = Int(unsafe EVP_PKEY_get_size(raw))
        var isGood = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            var length = capacity
            isGood = unsafe body(buffer.baseAddress, &length) == 1
            count = isGood ? length : 0
        }
        if !isGood { ERR_clear_error() }
        return isGood ? bytes : nil
    }

    /// Runs an `i2d_` function that allocates its own output, and copies it.
    private static func encoded(
        _ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>) -> Int32
    ) -> [UInt8]? {
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = unsafe encode(&bytes)
        guard count > 0, let bytes = unsafe bytes else { return nil }
        defer { unsafe martlet_openssl_free(bytes) }
        return unsafe Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }
}
