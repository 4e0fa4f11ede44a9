import Mail

extension BounceReason {
    /// The `reason` of the contract.
    var name: String {
        switch self {
        case .remoteReply: "remote_reply"
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
    /// The `reason` of the contract.
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
        case .proxyFailed: "proxy_failed"
        case .sourceUnavailable: "source_unavailable"
        case .noGreeting: "no_greeting"
        case .noAddressFamily: "no_address_family"
        }
    }
}
