/// How a transport protects its connections. The raw value is the word of the configuration.
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
    /// Only hosts that TLSA records vouch for (RFC 7672); mail for destinations without them waits.
    case dane
    /// Only as an enforced MTA-STS policy allows (RFC 8461); mail for destinations without one waits.
    case mtaSTS = "mta-sts"
    /// The best that the destination publishes: DANE, else MTA-STS, else as `opportunistic`.
    case published

    /// Whether what the destination publishes has a say.
    var asksForPolicies: Bool {
        switch self {
        case .none, .opportunistic, .required, .verify, .implicit: false
        case .dane, .mtaSTS, .published: true
        }
    }
}
