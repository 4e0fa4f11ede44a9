extension DeferralReason {
    /// What happened, for people: a sentence without its capital and its full stop, which also ends "... because <words>".
    package var words: String {
        switch self {
        case .remoteReply: "the host answered that it should be tried later"
        case .connectionRefused: "the connection was refused"
        case .connectionTimeout: "the host did not answer the connection in time"
        case .connectionLost: "the connection broke in mid-dialogue"
        case .replyTimeout: "the host took too long to answer"
        case .tlsFailed: "the TLS handshake failed"
        case .tlsUnavailable: "TLS is asked for and the host does not offer it"
        case .dnsFailure: "the DNS gave no usable answer"
        case .protocolViolation: "what the host said is not SMTP"
        case .authenticationFailed: "the smarthost refused our credentials"
        case .contentUnavailable: "the message could not be read or signed on this machine"
        case .shuttingDown: "the engine was shutting down"
        case .noRoute: "no route in the configuration leads there"
        case .tlsPolicyForbidsHosts: "the destination's MTA-STS policy allows none of the hosts that could be reached"
        case .tlsPolicyMissing: "the configuration asks for DANE or MTA-STS and the destination publishes neither"
        case .tlsPolicyNotMet: "the host's TLS is not what the destination's DANE or MTA-STS policy demands"
        case .tlsaLookupFailed: "the destination's TLSA records could not be looked up"
        case .proxyFailed: "the proxy of the source cannot be used"
        case .sourceUnavailable: "the source's address is not on this machine"
        case .noGreeting: "the host hung up or kept silent before its greeting"
        case .noAddressFamily: "the source has no address of a family that the site's hosts have"
        }
    }
}
