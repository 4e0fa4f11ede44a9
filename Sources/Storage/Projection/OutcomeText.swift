import Mail

extension Outcome {
    /// The reply, or the reason in words where there was none; at most 1,000 bytes.
    var summary: String? {
        if let reply { return String(decoding: reply.description.utf8.prefix(1_000), as: UTF8.self) }
        switch verdict {
        case .delivered: return nil
        case .deferred(let reason): return reason.text
        case .bounced(let reason): return reason.text
        }
    }
}

enum OperatorBounce {
    /// What a delivery that an operator has given up shows where others show the last reply.
    static func text(_ words: String) -> String {
        words.isEmpty ? "an operator gave it up" : "an operator gave it up: \(words)"
    }
}

extension DeferralReason {
    var text: String {
        switch self {
        case .remoteReply: "the host asked to try again later"
        case .connectionRefused: "the connection was refused"
        case .connectionTimeout: "the host did not answer"
        case .connectionLost: "the connection was lost"
        case .replyTimeout: "the host took too long to reply"
        case .tlsFailed: "TLS failed"
        case .tlsUnavailable: "the host does not offer TLS"
        case .dnsFailure: "the DNS gave no answer"
        case .protocolViolation: "the host does not speak SMTP"
        case .authenticationFailed: "the smarthost refused the credentials"
        case .contentUnavailable: "the content could not be read or signed"
        case .shuttingDown: "the engine was shutting down"
        case .noRoute: "no route leads there"
        case .tlsPolicyForbidsHosts: "the destination's MTA-STS policy allows none of the hosts that could be reached"
        case .tlsPolicyMissing: "the destination publishes no TLS policy, which the configuration asks for"
        case .tlsPolicyNotMet: "the host's TLS is not what the destination's DANE or MTA-STS policy demands"
        case .tlsaLookupFailed: "the DNS gave no answer about the host's TLSA records"
        case .proxyFailed: "the proxy of the sending source cannot be used"
        case .sourceUnavailable: "the address of the sending source cannot be used"
        case .noGreeting: "the host hung up or kept silent before its greeting"
        case .noAddressFamily: "the hosts have no address of a family that the sending source has"
        }
    }
}

extension BounceReason {
    var text: String {
        switch self {
        case .remoteReply: "the host refused"
        case .noSuchDomain: "the domain does not exist"
        case .nullMX: "the domain takes no mail"
        case .noMailHost: "the domain has no mail host"
        case .needsSMTPUTF8: "the host does not take internationalised addresses"
        case .needs8BitMIME: "the host does not take 8-bit content"
        case .tooLarge: "the host does not take a message of this size"
        case .expired: "it could not be delivered in time"
        case .mailLoop: "the mail loops back to this host"
        case .cancelled: "it was cancelled"
        case .policy: "the configuration forbids this destination"
        }
    }
}
