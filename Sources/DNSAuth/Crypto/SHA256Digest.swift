import COpenSSL

/// Owns one `EVP_MD_CTX` that computes SHA-256. Lives inside one function.
@safe struct SHA256Digest: ~Copyable {
    static let size = 32

    private let raw: OpaquePointer

    /// Traps when the process is out of memory or OpenSSL has no SHA-256: without it nothing here makes sense.
    init() {
        guard let raw = unsafe EVP_MD_CTX_new(), unsafe EVP_DigestInit_ex(raw, EVP_sha256(), nil) == 1 else {
            preconditionFailure("OpenSSL offers no SHA-256")
        }
        unsafe self.raw = raw
    }

    deinit { unsafe EVP_MD_CTX_free(raw) }

    mutating func update(_ bytes: Span<UInt8>) {
        guard !bytes.isEmpty else { return }
        unsafe bytes.withUnsafeBufferPointer { buffer in
            _ = unsafe EVP_DigestUpdate(raw, buffer.baseAddress, buffer.count)
        }
    }

    consuming func finish() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: Self.size) { buffer, count in
            unsafe EVP_DigestFinal_ex(raw, buffer.baseAddress, nil)
            count = Self.size
        }
    }

    static func of(_ bytes: Span<UInt8>) -> [UInt8] {
        var digest = SHA256Digest()
        digest.update(bytes)
        return digest.finish()
    }
}
