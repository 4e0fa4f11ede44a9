import Glibc

/// Why a stream cannot go on.
package enum StreamFailure: Error, Hashable, Sendable {
    /// The stream was closed here, or the peer ended it where more was needed.
    case closed
    /// The peer, or something in between, broke the connection.
    case reset
    /// The stream's deadline passed, or the network gave up.
    case timedOut
    case refused
    /// No way there.
    case unreachable(errno: Int32)
    /// The address to come from cannot be used: it is not on this machine.
    case noSource(errno: Int32)
    case tls(TLSFailure)
    /// The task that waited was cancelled.
    case cancelled
    case other(errno: Int32)

    init(errno code: Int32) {
        switch code {
        case ECONNREFUSED: self = .refused
        case ECONNRESET, EPIPE, ECONNABORTED: self = .reset
        case ETIMEDOUT: self = .timedOut
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL, EAFNOSUPPORT:
            self = .unreachable(errno: code)
        default: self = .other(errno: code)
        }
    }
}

/// What went wrong with TLS, in words fit for a log: OpenSSL's reason, without control characters.
package struct TLSFailure: Error, Hashable, Sendable {
    package var reason: String
    /// The peer ended the handshake or the session with a fatal alert (RFC 8446 §6.2).
    package var isPeerAlert: Bool
    /// Set when it was the peer's certificate that did not hold.
    package var fault: CertificateFault?

    package init(reason: String, isPeerAlert: Bool = false, fault: CertificateFault? = nil) {
        self.reason = reason
        self.isPeerAlert = isPeerAlert
        self.fault = fault
    }
}
