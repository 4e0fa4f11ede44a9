package import Mail

/// What a client asks of the peer's certificate. Every case carries the name that SNI asks for (RFC 6066 §3).
package enum TLSPeerCheck: Hashable, Sendable {
    /// Nothing. Whether the certificate holds for the name is found out all the same, as a fact.
    case none(host: String)
    /// A chain to somebody whom the context trusts, and this name in the certificate (RFC 6125).
    case name(String)
    /// One of the TLSA records, and nobody else's word (RFC 7672 §3.1).
    case dane(DANEReference)

    /// What SNI asks for.
    package var serverName: String {
        switch self {
        case .none(let host), .name(let host): host
        // RFC 7672 §8.1 and RFC 7671 §5: with DANE it is the TLSA base domain.
        case .dane(let reference): reference.baseDomain
        }
    }

    /// A session may be resumed only under the check that its first handshake passed: resumption looks at no
    /// certificate, so it would carry a weaker verdict over into a stronger policy.
    func sessionKey(port: UInt16) -> String {
        switch self {
        case .none(let host): "none \(host):\(port)"
        case .name(let host): "name \(host):\(port)"
        case .dane(let reference):
            "dane \(reference.baseDomain):\(port) \(reference.names.joined(separator: ","))"
                + reference.records.map { " \($0.presentation)" }.joined()
        }
    }
}

/// What DANE compares a peer with.
package struct DANEReference: Hashable, Sendable {
    package var records: [TLSARecord]
    /// A certificate that a DANE-TA(2) record vouches for must have one of these (RFC 7672 §3.2.2). DANE-EE(3) looks
    /// at no name (§3.1.1).
    package var names: [String]
    package var baseDomain: String

    package init(records: [TLSARecord], names: [String], baseDomain: String) {
        self.records = records
        self.names = names
        self.baseDomain = baseDomain
    }
}

extension TLSARecord {
    /// RFC 6698 §2.2: three numbers and the data in hexadecimal.
    package var presentation: String {
        var text = "\(usage) \(selector) \(matchingType) "
        for byte in data {
            if byte < 16 { text += "0" }
            text += String(byte, radix: 16)
        }
        return text
    }
}
