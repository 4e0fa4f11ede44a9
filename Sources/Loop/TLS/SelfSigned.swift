import COpenSSL
import Mail

/// Makes certificates that sign themselves, for `martlet dev`, for tests, and for opportunistic TLS where nobody looks.
enum SelfSigned {
    private static let day = 86_400

    static func make(names: [String]) throws(TLSFailure) -> (certificatePEM: [UInt8], keyPEM: [UInt8]) {
        TLSErrors.clear()
        let key = try PrivateKey()
        guard let raw = unsafe X509_new() else { throw TLSErrors.take(orElse: "out of memory") }
        let certificate = unsafe Certificate(owning: raw)
        var serial: UInt64 = .random(in: 1...UInt64(Int64.max))
        serial |= 1
        unsafe X509_set_version(raw, 2)
        unsafe ASN1_INTEGER_set_uint64(X509_get_serialNumber(raw), serial)
        unsafe X509_gmtime_adj(X509_getm_notBefore(raw), -day)
        unsafe X509_gmtime_adj(X509_getm_notAfter(raw), 3_650 * day)
        let subject = unsafe X509_get_subject_name(raw)
        // RFC 5280 appendix A: a common name has 64 characters at most. The real names are the alternative ones.
        let common = Array((names.first ?? "localhost").utf8.prefix(64))
        unsafe X509_NAME_add_entry_by_NID(
            subject, NID_commonName, MBSTRING_UTF8, common, Int32(common.count), -1, 0)
        unsafe X509_set_issuer_name(raw, subject)
        guard unsafe X509_set_pubkey(raw, key.raw) == 1 else { throw TLSErrors.take(orElse: "cannot use the key") }
        try addNames(names, to: certificate)
        guard unsafe X509_sign(raw, key.raw, EVP_sha256()) > 0 else { throw TLSErrors.take(orElse: "cannot sign") }
        return (try certificate.pem(), try key.pem())
    }

    private static func addNames(_ names: [String], to certificate: borrowing Certificate) throws(TLSFailure) {
        guard let list = unsafe martlet_general_names_new() else { throw TLSFailure(reason: "out of memory") }
        defer { unsafe martlet_general_names_free(list) }
        for name in names {
            let address = SocketAddress("\(name):0") ?? SocketAddress("[\(name)]:0")
            let bytes = address.map { $0.networkBytes } ?? Array(name.utf8)
            let type = address == nil ? GEN_DNS : GEN_IPADD
            guard unsafe martlet_general_names_add(list, type, bytes, Int32(bytes.count)) > 0 else {
                throw TLSFailure(reason: "out of memory")
            }
        }
        guard unsafe X509_add1_ext_i2d(certificate.raw, NID_subject_alt_name, UnsafeMutableRawPointer(list), 0, 0) == 1
        else { throw TLSErrors.take(orElse: "cannot add the names") }
    }
}

extension SocketAddress {
    /// The 4 or 16 bytes of the address in network order.
    var networkBytes: [UInt8] {
        switch ip {
        case .v4(let word): (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(24 - 8 * $0)) }
        case .v6(let high, let low):
            (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - 8 * ($0 % 8))) }
        }
    }
}
