import COpenSSL

/// Why a peer's certificate was not accepted, as coarse as TLS reports want to know it (RFC 8460 §4.3).
package enum CertificateFault: Hashable, Sendable {
    case expired
    case wrongName
    /// No chain to anybody who is trusted, and everything else that is wrong with a chain.
    case untrusted
    /// None of the TLSA records matches (RFC 7672 §2.2).
    case noTLSAMatch

    /// - Parameter result: an `X509_V_ERR_` code of OpenSSL, not `X509_V_OK`.
    init(result: Int) {
        switch Int32(truncatingIfNeeded: result) {
        case X509_V_ERR_CERT_HAS_EXPIRED: self = .expired
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: self = .wrongName
        case X509_V_ERR_DANE_NO_MATCH: self = .noTLSAMatch
        default: self = .untrusted
        }
    }
}
