import Loop
import Mail

/// What one connection has to prove before mail goes over it.
enum TLSProtection: Hashable, Sendable {
    /// TLS is not used.
    case none
    /// TLS where it works, whoever the peer is, and in the clear where it does not (RFC 7435).
    case opportunistic
    /// TLS or nothing, whoever the peer is.
    case encrypted
    /// TLS or nothing, with a certificate that holds for the host's name.
    case verified
    /// TLS or nothing, with a certificate that a TLSA record vouches for.
    case dane(DANEReference)

    /// Whether the connection ends rather than go on in the clear.
    var isMandatory: Bool {
        switch self {
        case .none, .opportunistic: false
        case .encrypted, .verified, .dane: true
        }
    }

    /// - Parameter name: what the certificate has to name, and SNI asks for.
    func check(for name: String) -> TLSPeerCheck {
        switch self {
        case .none, .opportunistic, .encrypted: .none(host: name)
        case .verified: .name(name)
        case .dane(let reference): .dane(reference)
        }
    }
}
