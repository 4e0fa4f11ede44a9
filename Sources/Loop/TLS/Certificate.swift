import COpenSSL

/// Owns one X.509 certificate.
@safe
struct Certificate: ~Copyable {
    let raw: OpaquePointer

    init(owning raw: OpaquePointer) { unsafe self.raw = unsafe raw }

    /// All certificates of a PEM text, in order.
    static func read(
        pem: [UInt8], _ body: (borrowing Certificate) throws(TLSFailure) -> Void
    ) throws(TLSFailure) -> Int {
        let source = try MemoryBIO.reading(pem)
        var count = 0
        while let raw = unsafe PEM_read_bio_X509(source.raw, nil, nil, nil) {
            let certificate = unsafe Certificate(owning: raw)
            try body(certificate)
            count += 1
        }
        TLSErrors.clear()
        return count
    }

    borrowing func pem() throws(TLSFailure) -> [UInt8] {
        let out = try MemoryBIO()
        guard unsafe PEM_write_bio_X509(out.raw, raw) == 1 else { throw TLSErrors.take(orElse: "cannot write PEM") }
        return out.bytes
    }

    deinit { unsafe X509_free(raw) }
}
