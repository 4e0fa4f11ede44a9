import COpenSSL

/// Owns one private key.
@safe
struct PrivateKey: ~Copyable {
    let raw: OpaquePointer

    /// A new P-256 key.
    init() throws(TLSFailure) {
        guard let key = unsafe martlet_new_p256_key() else { throw TLSErrors.take(orElse: "cannot make a key") }
        unsafe raw = unsafe key
    }

    init(pem: [UInt8]) throws(TLSFailure) {
        let source = try MemoryBIO.reading(pem)
        // An encrypted key is refused: without a callback OpenSSL would ask the terminal for the password.
        guard let key = unsafe PEM_read_bio_PrivateKey(source.raw, nil, { _, _, _, _ in -1 }, nil) else {
            throw TLSErrors.take(orElse: "no private key in PEM")
        }
        unsafe raw = unsafe key
    }

    borrowing func pem() throws(TLSFailure) -> [UInt8] {
        let out = try MemoryBIO()
        guard unsafe PEM_write_bio_PrivateKey(out.raw, raw, nil, nil, 0, nil, nil) == 1 else {
            throw TLSErrors.take(orElse: "cannot write PEM")
        }
        return out.bytes
    }

    deinit { unsafe EVP_PKEY_free(raw) }
}
