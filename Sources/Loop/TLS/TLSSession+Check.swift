import COpenSSL
import Mail

extension TLSSession {
    /// Asks for the name (RFC 6066 §3) and has the certificate checked. What the check comes to is always known
    /// afterwards; with `name` and `dane` the handshake fails unless it is good.
    /// - Returns: whether the handshake proves who the peer is. False for `none`, and for `dane` when OpenSSL can use
    ///   none of the records.
    borrowing func expect(_ check: TLSPeerCheck) throws(TLSFailure) -> Bool {
        let isProof: Bool
        switch check {
        case .none(let host):
            try expect(host)
            isProof = false
        case .name(let host):
            try expect(host)
            isProof = true
        case .dane(let reference):
            isProof = try expect(reference)
        }
        unsafe SSL_set_verify(raw, isProof ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nil)
        return isProof
    }

    private borrowing func expect(_ host: String) throws(TLSFailure) {
        let parameters = unsafe SSL_get0_param(raw)
        unsafe X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        let isAddress = (SocketAddress("\(host):0") ?? SocketAddress("[\(host)]:0")) != nil
        let result =
            isAddress
            ? unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, host)
            : unsafe X509_VERIFY_PARAM_set1_host(parameters, host, 0)
        // RFC 6066 §3: literal addresses are not permitted in SNI.
        guard result == 1, unsafe isAddress || martlet_ssl_set_server_name(raw, host) == 1 else {
            throw TLSErrors.take(orElse: "\(host) is no name for a certificate")
        }
    }

    /// OpenSSL does the matching: it knows the chain, and which digest is to be preferred (RFC 7671 §9).
    private borrowing func expect(_ reference: DANEReference) throws(TLSFailure) -> Bool {
        TLSErrors.clear()
        // Sets SNI and the first name to be matched.
        guard unsafe SSL_dane_enable(raw, reference.baseDomain) > 0 else {
            throw TLSErrors.take(orElse: "\(reference.baseDomain) is no name for a certificate")
        }
        // RFC 7672 §3.1.1: what a DANE-EE record vouches for needs no name.
        unsafe SSL_dane_set_flags(raw, UInt(DANE_FLAG_NO_DANE_EE_NAMECHECKS))
        // RFC 7672 §3.2.3: a wildcard stands for a whole label.
        unsafe SSL_set_hostflags(raw, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        for name in reference.names where name != reference.baseDomain {
            guard unsafe SSL_add1_host(raw, name) == 1 else {
                throw TLSErrors.take(orElse: "\(name) is no name for a certificate")
            }
        }
        var usable = 0
        for record in reference.records {
            let result = unsafe SSL_dane_tlsa_add(
                raw, record.usage, record.selector, record.matchingType, record.data, record.data.count)
            if result < 0 { throw TLSErrors.take(orElse: "a TLSA record cannot be used") }
            usable += Int(result)
        }
        // What OpenSSL says about a record it cannot use is no error of the handshake to come.
        TLSErrors.clear()
        return usable > 0
    }

    /// Whether a TLSA record vouches for the peer of this handshake. Not known of a resumed session.
    borrowing func hasDANEAuthority() -> Bool { unsafe SSL_get0_dane_authority(raw, nil, nil) >= 0 }

    /// The name in the certificate that matched, maybe with a wildcard; `nil` when no name was looked at.
    borrowing func matchedName() -> String? {
        guard let name = unsafe SSL_get0_peername(raw) else { return nil }
        return unsafe String(cString: name).lowercased()
    }
}
