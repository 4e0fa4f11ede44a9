extension BounceRules {
    /// What an attempt that did not deliver says; `nil` when it delivered.
    public func verdict(on outcome: Outcome) -> BounceVerdict? {
        switch outcome.verdict {
        case .delivered: nil
        case .bounced(let reason): verdict(on: reason, reply: outcome.reply, host: outcome.host?.name ?? "")
        case .deferred(let reason): verdict(on: reason, reply: outcome.reply, host: outcome.host?.name ?? "")
        }
    }

    /// What giving up says. A reply decides where a reply was the reason; otherwise we know the reason ourselves.
    public func verdict(on reason: BounceReason, reply: Reply?, host: String) -> BounceVerdict {
        switch reason {
        case .remoteReply: reply.map { verdict(on: $0, host: host) } ?? BounceVerdict(.undetermined)
        case .noSuchDomain: BounceVerdict(.hostUnknown)
        // RFC 7505 §3: the domain says so itself.
        case .nullMX, .noMailHost: BounceVerdict(.takesNoMail)
        case .needsSMTPUTF8, .needs8BitMIME: BounceVerdict(.unsupported)
        case .tooLarge: BounceVerdict(.messageTooBig)
        case .expired: BounceVerdict(.expired)
        case .mailLoop: BounceVerdict(.routing)
        case .cancelled: BounceVerdict(.cancelled)
        case .policy: BounceVerdict(.forbidden)
        }
    }

    /// What waiting says. Never `hard`.
    public func verdict(on reason: DeferralReason, reply: Reply?, host: String) -> BounceVerdict {
        switch reason {
        case .remoteReply:
            if let reply { return verdict(on: reply, host: host) }
            return BounceVerdict(.undetermined, .soft)
        case .connectionRefused, .connectionTimeout, .connectionLost, .replyTimeout, .protocolViolation:
            return BounceVerdict(.network)
        case .tlsFailed, .tlsUnavailable, .tlsPolicyForbidsHosts, .tlsPolicyMissing, .tlsPolicyNotMet,
            .tlsaLookupFailed:
            return BounceVerdict(.tlsRequired)
        case .dnsFailure, .noRoute: return BounceVerdict(.routing)
        case .authenticationFailed: return BounceVerdict(.credentialsRequired)
        case .contentUnavailable, .shuttingDown: return BounceVerdict(.systemError)
        }
    }
}
