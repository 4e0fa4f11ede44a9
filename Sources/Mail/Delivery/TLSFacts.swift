/// What a TLS handshake ended with, for logs, trace fields and TLS reports.
public struct TLSFacts: Hashable, Sendable {
    /// As OpenSSL names it, e.g. `TLSv1.3`.
    public var version: String
    /// As OpenSSL names it, e.g. `TLS_AES_256_GCM_SHA384`.
    public var cipher: String
    public var verification: PeerVerification

    public init(version: String, cipher: String, verification: PeerVerification) {
        self.version = version
        self.cipher = cipher
        self.verification = verification
    }
}

/// How far the peer proved its name.
public enum PeerVerification: UInt8, Hashable, Sendable {
    /// Nobody asked: opportunistic TLS (RFC 7435), or a client without a certificate.
    case notRequested = 0
    /// The chain and the name were checked and hold.
    case verified = 1
    /// They were checked and do not hold; the connection went on because the policy allows it.
    case failed = 2
    /// A TLSA record vouches for the certificate or its key (RFC 7672 §3.1).
    case dane = 3
}
