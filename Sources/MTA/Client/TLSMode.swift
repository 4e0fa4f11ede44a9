/// How a transport protects its connections.
package enum TLSMode: String, Hashable, Sendable, CaseIterable {
    /// Never.
    case none
    /// RFC 7435: STARTTLS where offered, no verification, in the clear where it fails.
    case opportunistic
    /// STARTTLS or nothing, whoever the peer is.
    case required
    /// STARTTLS or nothing, and the certificate must hold for the host's name.
    case verify
    /// RFC 8314 §3.3: TLS from the first byte (port 465), verified like `verify`.
    case implicit

    var isMandatory: Bool {
        switch self {
        case .none, .opportunistic: false
        case .required, .verify, .implicit: true
        }
    }

    var verifiesPeer: Bool {
        switch self {
        case .none, .opportunistic, .required: false
        case .verify, .implicit: true
        }
    }
}
