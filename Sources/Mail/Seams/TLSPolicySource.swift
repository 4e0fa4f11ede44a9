/// What destinations publish about the TLS of their mail hosts: DANE (RFC 7672) and MTA-STS (RFC 8461). `DNSAuth`
/// implements it; the SMTP client obeys.
public protocol TLSPolicySource: Sendable {
    /// What the destination itself publishes. Asked together with the MX records, so that a host that the policy does
    /// not allow is never connected to.
    /// - Parameter exchanges: the answer that the hosts were taken from; DANE needs to know whether DNSSEC vouches for it.
    func policy(for destination: Domain, exchanges: Answer<MXRecord>) async -> DestinationTLSPolicy
    /// What one host publishes for its port.
    /// - Parameter host: the MX host name, lower-case. `addresses` is the answer that its address was taken from.
    func dane(
        for host: String, port: UInt16, addresses: Answer<IPAddress>
    ) async -> DANEStatus
}

public struct DestinationTLSPolicy: Hashable, Sendable {
    public enum STS: Hashable, Sendable {
        /// Nothing is published, or `mode: none`.
        case absent
        /// Failures are reported and change nothing (RFC 8461 §5).
        case testing(MTASTSPolicy)
        /// Only hosts that match, with a certificate that holds (RFC 8461 §4).
        case enforce(MTASTSPolicy)
        /// A record is published, no policy could be fetched, and none is cached (RFC 8461 §3.3): as `absent`, and
        /// reported.
        case unavailable(reason: MTASTSFetchFailure)
    }

    public var sts: STS
    /// Whether DNSSEC vouches for the MX records, so that DANE may be used (RFC 7672 §2.2.1).
    public var isExchangeListSecure: Bool

    public init(sts: STS, isExchangeListSecure: Bool) {
        self.sts = sts
        self.isExchangeListSecure = isExchangeListSecure
    }
}

/// A policy as the destination serves it (RFC 8461 §3.2).
public struct MTASTSPolicy: Hashable, Sendable {
    public enum Mode: String, Hashable, Sendable, CaseIterable {
        case enforce
        case testing
        case none
    }

    public var mode: Mode
    /// Lower-case; `*.` in front stands for exactly one label (RFC 8461 §4.1).
    public var mx: [String]
    /// Seconds, at most 31557600.
    public var maxAge: Int
    /// `id=` of the DNS record the policy was fetched for.
    public var id: String
    /// The lines of the policy file, for TLS reports (RFC 8460 §4.3).
    public var lines: [String]

    public init(mode: Mode, mx: [String], maxAge: Int, id: String, lines: [String]) {
        self.mode = mode
        self.mx = mx
        self.maxAge = maxAge
        self.id = id
        self.lines = lines
    }
}

public enum MTASTSFetchFailure: Hashable, Sendable {
    /// RFC 8460 §4.3: `sts-policy-fetch-error`.
    case fetch(reason: String)
    /// `sts-policy-invalid`.
    case invalid(reason: String)
    /// `sts-webpki-invalid`.
    case certificate(reason: String)
}

public enum DANEStatus: Hashable, Sendable {
    /// Not secured by DNSSEC, or no TLSA records: DANE does not apply (RFC 7672 §2.2).
    case absent
    /// TLSA records are there and secure, none of them usable: TLS is mandatory, without authentication (§2.2).
    case unusable
    /// TLS is mandatory and must match one of these (§3.1). `baseDomain` is the TLSA base domain and the name for SNI.
    case usable(records: [TLSARecord], names: [String], baseDomain: String)
    /// The look-up failed: the host must not be used now, since an attacker may have caused it (RFC 7672 §2.2).
    case failed(reason: String)
}
