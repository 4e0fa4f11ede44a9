import COpenSSL

/// Owns one memory BIO, through which OpenSSL reads and writes PEM.
@safe
struct MemoryBIO: ~Copyable {
    let raw: OpaquePointer

    init() throws(TLSFailure) {
        guard let bio = unsafe BIO_new(BIO_s_mem()) else { throw TLSFailure(reason: "out of memory") }
        unsafe raw = unsafe bio
    }

    static func reading(_ bytes: [UInt8]) throws(TLSFailure) -> MemoryBIO {
        let bio = try MemoryBIO()
        let written = unsafe bytes.withUnsafeBytes {
            unsafe BIO_write(bio.raw, $0.baseAddress, Int32(clamping: $0.count))
        }
        if written < bytes.count && !bytes.isEmpty { throw TLSFailure(reason: "out of memory") }
        return bio
    }

    var bytes: [UInt8] {
        var start: UnsafeMutablePointer<CChar>?
        let count = unsafe martlet_bio_bytes(raw, &start)
        guard count > 0, let start = unsafe start else { return [] }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    deinit { unsafe BIO_free(raw) }
}
