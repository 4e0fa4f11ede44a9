import Mail

/// The Status field (RFC 3464 §2.3.4) and a sentence for people, for what no reply of a remote host describes.
struct RecipientStatus {
    let code: EnhancedStatus
    let sentence: StaticString

    init(_ outcome: Outcome) {
        switch outcome.verdict {
        case .delivered:
            let code = outcome.reply?.enhanced ?? EnhancedStatus(2, 0, 0)
            self.init(code.severity == 2 ? code : EnhancedStatus(2, 0, 0), "the remote host has taken it")
        case .deferred(let reason): self.init(reason, outcome.reply)
        case .bounced(let reason): self.init(reason, outcome.reply)
        }
    }

    private init(_ reason: BounceReason, _ reply: Reply?) {
        switch reason {
        case .remoteReply:
            // RFC 3464 §2.3.4: without a code of its own the reply says no more than its first digit.
            self.init(reply?.enhanced ?? EnhancedStatus(5, 0, 0), "the remote host refused it")
        case .noSuchDomain:
            self.init(EnhancedStatus(5, 1, 2), "the domain does not exist")
        case .nullMX:
            // RFC 7505 §4.2
            self.init(EnhancedStatus(5, 1, 10), "the domain says that it takes no mail")
        case .noMailHost:
            self.init(EnhancedStatus(5, 4, 4), "the domain has no mail host")
        case .needsSMTPUTF8:
            // RFC 6531 §3.2
            self.init(EnhancedStatus(5, 6, 7), "the remote host does not take internationalised mail")
        case .needs8BitMIME:
            self.init(EnhancedStatus(5, 6, 3), "the remote host takes 7-bit mail only")
        case .tooLarge:
            self.init(EnhancedStatus(5, 3, 4), "the message is larger than the remote host takes")
        case .expired:
            // RFC 3463 §3.5: X.4.7
            self.init(EnhancedStatus(4, 4, 7), "it could not be delivered within its time in the queue")
        case .mailLoop:
            self.init(EnhancedStatus(5, 4, 6), "the mail for this domain would come back to this host")
        case .cancelled:
            self.init(EnhancedStatus(5, 0, 0), "it was cancelled")
        case .policy:
            self.init(EnhancedStatus(5, 7, 1), "this host does not deliver to this destination")
        }
    }

    /// RFC 3463 §3: what comes nearest to each reason, as a persistent transient failure.
    private init(_ reason: DeferralReason, _ reply: Reply?) {
        switch reason {
        case .remoteReply:
            self.init(reply?.enhanced ?? EnhancedStatus(4, 0, 0), "the remote host asked to try again later")
        case .connectionRefused, .connectionTimeout:
            self.init(EnhancedStatus(4, 4, 1), "the remote host does not answer")
        case .noGreeting:
            self.init(EnhancedStatus(4, 4, 1), "the remote host does not greet")
        case .connectionLost, .replyTimeout:
            self.init(EnhancedStatus(4, 4, 2), "the connection to the remote host was lost")
        case .tlsFailed, .tlsUnavailable, .tlsPolicyForbidsHosts, .tlsPolicyMissing, .tlsPolicyNotMet,
            .tlsaLookupFailed:
            self.init(EnhancedStatus(4, 7, 5), "no connection with the encryption that is asked for")
        case .dnsFailure:
            self.init(EnhancedStatus(4, 4, 3), "the domain could not be looked up")
        case .protocolViolation:
            self.init(EnhancedStatus(4, 5, 0), "the remote host does not speak SMTP")
        case .authenticationFailed:
            self.init(EnhancedStatus(4, 7, 0), "the next host refuses this one")
        case .contentUnavailable:
            self.init(EnhancedStatus(4, 3, 0), "this host cannot read or sign it at present")
        case .noRoute:
            self.init(EnhancedStatus(4, 4, 4), "no way leads there at present")
        case .proxyFailed, .sourceUnavailable, .noAddressFamily:
            self.init(EnhancedStatus(4, 4, 0), "this host has no address to send it from at present")
        case .shuttingDown:
            self.init(EnhancedStatus(4, 0, 0), "it waits in the queue")
        }
    }

    private init(_ code: EnhancedStatus, _ sentence: StaticString) {
        self.code = code
        self.sentence = sentence
    }
}
