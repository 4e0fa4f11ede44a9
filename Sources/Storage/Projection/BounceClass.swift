import Mail

/// What a bounce says about the address: the `class` of the contract.
enum BounceClass: String, Sendable {
    /// Never mail it again.
    case hard
    /// It may work another time.
    case soft
    /// The sender or the content was refused, not the address.
    case block
    case undetermined

    /// RFC 3463 §3: the subject tells what the refusal is about.
    init(_ reason: BounceReason, code: Int64?, enhanced: String?) {
        switch reason {
        case .noSuchDomain, .nullMX, .noMailHost: self = .hard
        case .expired, .tooLarge, .needs8BitMIME, .needsSMTPUTF8: self = .soft
        case .policy, .mailLoop, .cancelled: self = .undetermined
        case .remoteReply:
            let parts = (enhanced ?? "").split(separator: ".")
            switch (parts.count == 3 ? parts[1] : "", parts.last ?? "") {
            case ("1", _): self = .hard
            case ("2", "1"): self = .hard
            case ("2", _), ("3", _), ("4", _): self = .soft
            case ("7", _): self = .block
            default: self = code == 550 || code == 551 || code == 553 ? .hard : .undetermined
            }
        }
    }
}

extension BounceReason {
    /// The `category` of the contract.
    var name: String {
        switch self {
        case .remoteReply: "rejected"
        case .noSuchDomain: "no_such_domain"
        case .nullMX: "null_mx"
        case .noMailHost: "no_mail_host"
        case .needsSMTPUTF8: "smtputf8_unsupported"
        case .needs8BitMIME: "8bitmime_unsupported"
        case .tooLarge: "too_large"
        case .expired: "expired"
        case .mailLoop: "mail_loop"
        case .cancelled: "cancelled"
        case .policy: "policy"
        }
    }
}

extension DeferralReason {
    /// The `category` of the contract.
    var name: String {
        switch self {
        case .remoteReply: "remote_reply"
        case .connectionRefused: "connection_refused"
        case .connectionTimeout: "connection_timeout"
        case .connectionLost: "connection_lost"
        case .replyTimeout: "reply_timeout"
        case .tlsFailed: "tls_failed"
        case .tlsUnavailable: "tls_unavailable"
        case .dnsFailure: "dns_failure"
        case .protocolViolation: "protocol_violation"
        case .authenticationFailed: "authentication_failed"
        case .contentUnavailable: "content_unavailable"
        case .shuttingDown: "shutting_down"
        case .noRoute: "no_route"
        case .tlsPolicyForbidsHosts: "tls_policy_forbids_hosts"
        case .tlsPolicyMissing: "tls_policy_missing"
        case .tlsPolicyNotMet: "tls_policy_not_met"
        case .tlsaLookupFailed: "tlsa_lookup_failed"
        }
    }
}
