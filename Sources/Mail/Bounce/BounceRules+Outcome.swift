extension BounceRules {
    /// What an attempt that did not deliver says; `nil` when it delivered.
    ///
    /// - Parameter attempts: how often the delivery was tried.
    public func verdict(on outcome: Outcome, attempts: Int = 1) -> BounceVerdict? {
        switch outcome.verdict {
        case .delivered: nil
        case .bounced(let reason):
            verdict(on: reason, reply: outcome.reply, host: outcome.host?.name ?? "", attempts: attempts)
        case .deferred(let reason): verdict(on: reason, reply: outcome.reply, host: outcome.host?.name ?? "")
        }
    }

    /// What giving up says. A reply decides where a reply was the reason; otherwise we know the reason ourselves.
    ///
    /// What we decided ourselves says nothing about the address: neither a rule that gives up on a temporary reply, nor
    /// a life in the queue that ended without an attempt (a warm-up cap, a suspension, a limit of ours).
    /// - Parameter attempts: how often the delivery was tried.
    public func verdict(
        on reason: BounceReason, reply: Reply?, host: String, attempts: Int = 1
    ) -> BounceVerdict {
        switch reason {
        case .remoteReply: reply.map { verdict(on: $0, host: host) } ?? BounceVerdict(.undetermined)
        case .noSuchDomain: BounceVerdict(.hostUnknown)
        // RFC 7505 §3: the domain says so itself.
        case .nullMX, .noMailHost: BounceVerdict(.takesNoMail)
        case .needsSMTPUTF8, .needs8BitMIME: BounceVerdict(.unsupported)
        case .tooLarge: BounceVerdict(.messageTooBig)
        case .expired: BounceVerdict(.expired, attempts == 0 ? .undetermined : nil)
        case .mailLoop: BounceVerdict(.routing)
        case .cancelled: BounceVerdict(.cancelled)
        case .policy: ourOwn(reply, host: host)
        }
    }

    /// The category that a reply names, for people; of its class only a block of the sender stays.
    private func ourOwn(_ reply: Reply?, host: String) -> BounceVerdict {
        guard let reply else { return BounceVerdict(.forbidden) }
        let said = verdict(on: reply, host: host)
        return BounceVerdict(said.category, said.kind == .block ? .block : .undetermined, rule: said.rule)
    }

    /// What waiting says. Never `hard`.
    public func verdict(on reason: DeferralReason, reply: Reply?, host: String) -> BounceVerdict {
        switch reason {
        case .remoteReply:
            if let reply {
                var said = verdict(on: reply, host: host)
                // Refused for good, and tried again all the same, from another address of ours.
                if said.kind == .hard { said.kind = .soft }
                return said
            }
            return BounceVerdict(.undetermined, .soft)
        case .connectionRefused, .connectionTimeout, .connectionLost, .replyTimeout, .protocolViolation, .noGreeting:
            return BounceVerdict(.network)
        case .tlsFailed, .tlsUnavailable, .tlsPolicyForbidsHosts, .tlsPolicyMissing, .tlsPolicyNotMet,
            .tlsaLookupFailed:
            return BounceVerdict(.tlsRequired)
        case .dnsFailure, .noRoute: return BounceVerdict(.routing)
        case .authenticationFailed: return BounceVerdict(.credentialsRequired)
        case .contentUnavailable, .shuttingDown, .proxyFailed, .sourceUnavailable, .noAddressFamily:
            return BounceVerdict(.systemError)
        }
    }
}
