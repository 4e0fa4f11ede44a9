import COpenSSL

/// The hash functions that signatures name.
package enum HashAlgorithm: Hashable, Sendable {
    /// RFC 8301 §3.1 forbids it. Computed only to say why an old signature does not count.
    case sha1
    case sha256

    /// In bytes.
    var size: Int { self == .sha1 ? 20 : 32 }
}

/// Owns one `EVP_MD_CTX`. Lives inside one function.
@safe struct MessageDigest: ~Copyable {
    private let raw: OpaquePointer
    private let size: Int

    /// Traps when the process is out of memory or OpenSSL lacks the function: without it nothing here makes sense.
    init(_ algorithm: HashAlgorithm) {
        let function = unsafe algorithm == .sha1 ? EVP_sha1() : EVP_sha256()
        guard let raw = unsafe EVP_MD_CTX_new(), unsafe EVP_DigestInit_ex(raw, function, nil) == 1 else {
            preconditionFailure("OpenSSL offers no \(algorithm)")
        }
        unsafe self.raw = raw
        size = algorithm.size
    }

    deinit { unsafe EVP_MD_CTX_free(raw) }

    mutating func update(_ bytes: Span<UInt8>) {
        guard !bytes.isEmpty else { return }
        unsafe bytes.withUnsafeBufferPointer { buffer in
            _ = unsafe EVP_DigestUpdate(raw, buffer.baseAddress, buffer.count)
        }
    }

    consuming func finish() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            unsafe EVP_DigestFinal_ex(raw, buffer.baseAddress, nil)
            count = size
        }
    }

    static func of(_ bytes: Span<UInt8>, _ algorithm: HashAlgorithm) -> [UInt8] {
        var digest = MessageDigest(algorithm)
        digest.update(bytes)
        return digest.finish()
    }
}
