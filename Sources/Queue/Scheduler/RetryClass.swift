package import Mail

/// Why a delivery waits, as far as it matters for when it is tried again.
package enum RetryClass: UInt8, Hashable, Sendable, CaseIterable {
    /// No conversation came about, or it broke.
    case connection
    /// The host wants to see whether we come back.
    case greylisting
    /// Too much at once for the host, or for its trust in us.
    case throttling
    case mailboxFull
    /// A policy, a list or a reputation: hours change it, not minutes.
    case policy
    /// All else.
    case other

    /// As in the configuration.
    package var name: String {
        switch self {
        case .connection: "connection"
        case .greylisting: "greylisting"
        case .throttling: "throttling"
        case .mailboxFull: "mailbox_full"
        case .policy: "policy"
        case .other: "other"
        }
    }

    /// - Parameter category: what the reply says, where a reply was the reason.
    package init(_ reason: DeferralReason, _ category: BounceCategory? = nil) {
        switch reason {
        case .connectionRefused, .connectionTimeout, .connectionLost, .replyTimeout, .tlsFailed, .dnsFailure,
            .proxyFailed, .sourceUnavailable, .noAddressFamily, .noGreeting:
            self = .connection
        case .tlsUnavailable, .protocolViolation, .authenticationFailed, .contentUnavailable, .shuttingDown, .noRoute,
            .tlsPolicyForbidsHosts, .tlsPolicyMissing, .tlsPolicyNotMet, .tlsaLookupFailed:
            self = .other
        case .remoteReply:
            switch category ?? .undetermined {
            case .greylisted: self = .greylisting
            case .rateLimited, .tooManyRecipients: self = .throttling
            case .mailboxFull: self = .mailboxFull
            case .network: self = .connection
            case .badReputation, .listed, .policy, .authenticationFailed, .requiresPTR, .spamContent, .virus,
                .contentRejected, .notCompliant, .senderRejected, .recipientRefused, .relayingDenied:
                self = .policy
            case .userUnknown, .userMoved, .mailboxDisabled, .hostUnknown, .domainSuspended, .takesNoMail,
                .credentialsRequired, .tlsRequired, .messageTooBig, .unsupported, .systemFull, .systemError,
                .routing, .expired, .protocolError, .cancelled, .forbidden, .undetermined:
                self = .other
            }
        }
    }
}
