import Loop
import Mail

/// Why a connection could not be brought to the point where it takes mail, or broke while it did.
struct SessionFailure: Error, Hashable, Sendable {
    enum Step: Hashable, Sendable {
        case connect
        case banner
        case hello
        case startTLS
        case authentication
    }

    enum Cause: Hashable, Sendable {
        /// The host refused, in its own words.
        case refused(Reply)
        case stream(StreamFailure)
        /// What came is not SMTP, or came unasked.
        case violation
        /// The policy wants TLS and the host does not offer it.
        case tlsUnavailable
        case tls(TLSFailure)
        /// AUTH is wanted and no mechanism may be used: none in common, no TLS, or a host that has not proved its name.
        case noMechanism
        /// It is our own source that cannot be used.
        case source(SourceFailure)
        /// The source's proxy could not reach the host.
        case unreached(SOCKSRefusal)
    }

    var step: Step
    var cause: Cause

    init(_ step: Step, _ cause: Cause) {
        self.step = step
        self.cause = cause
    }

    /// What it means for a recipient when no other host is left.
    var verdict: Verdict {
        switch cause {
        case .refused(let reply):
            switch step {
            case .startTLS: .deferred(.tlsUnavailable)
            case .authentication: .deferred(.authenticationFailed)
            // A greeting of 5xx is often an overloaded or blocking host, not a verdict on the recipient: as Postfix's
            // smtp_skip_5xx_greeting.
            case .connect, .banner: .deferred(.remoteReply)
            case .hello: .refused(by: reply)
            }
        case .stream(let failure): .deferred(DeferralReason(failure, while: step))
        case .violation: .deferred(.protocolViolation)
        case .tlsUnavailable: .deferred(.tlsUnavailable)
        case .tls: .deferred(.tlsFailed)
        case .noMechanism: .deferred(.authenticationFailed)
        case .source(.address): .deferred(.sourceUnavailable)
        case .source(.proxy): .deferred(.proxyFailed)
        // RFC 1928 §6: the proxy's own SYN timed out.
        case .unreached(.ttlExpired): .deferred(.connectionTimeout)
        case .unreached: .deferred(.connectionRefused)
        }
    }

    var reply: Reply? {
        switch cause {
        case .refused(let reply): reply
        case .stream, .violation, .tlsUnavailable, .tls, .noMechanism, .source, .unreached: nil
        }
    }

    /// Whether it is the host's TLS that does not do.
    var isAboutTLS: Bool {
        switch cause {
        case .tls, .tlsUnavailable: true
        case .refused, .violation: step == .startTLS
        case .stream, .noMechanism, .source, .unreached: false
        }
    }

    /// Set when it is the source that failed, and not the host.
    var sourceFailure: SourceFailure? {
        guard case .source(let failure) = cause else { return nil }
        return failure
    }

    /// Whether the host spoke to us, so that it counts as a session of this attempt (Postfix smtp_mx_session_limit).
    var wasSession: Bool { step != .connect }
}

extension DeferralReason {
    init(_ failure: StreamFailure, while step: SessionFailure.Step?) {
        switch failure {
        case .closed, .reset:
            switch step {
            case .connect: self = .connectionRefused
            case .banner: self = .noGreeting
            case .hello, .startTLS, .authentication, nil: self = .connectionLost
            }
        case .timedOut:
            switch step {
            case .connect: self = .connectionTimeout
            case .banner: self = .noGreeting
            case .hello, .startTLS, .authentication, nil: self = .replyTimeout
            }
        case .refused, .unreachable, .noSource: self = .connectionRefused
        case .tls: self = .tlsFailed
        case .cancelled: self = .shuttingDown
        case .other: self = .connectionLost
        }
    }
}
