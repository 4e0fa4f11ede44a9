import Mail
import Queue

/// Why an attempt failed, as the rest of a sentence: "... because <words>".
enum FailureWords {
    static func of(_ reason: DeferralReason) -> String {
        switch reason {
        case .remoteReply: "the host answered that it should be tried later"
        case .connectionRefused: "the host refused the connection"
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
        case .tlsPolicyForbidsHosts: "the destination's MTA-STS policy does not name the hosts that could be reached"
        case .tlsPolicyMissing: "the configuration asks for DANE or MTA-STS and the destination publishes neither"
        case .tlsPolicyNotMet: "the host's TLS is not what the destination's DANE or MTA-STS policy demands"
        case .tlsaLookupFailed: "the destination's TLSA records cannot be looked up now"
        case .proxyFailed: "the proxy of the source cannot be used"
        case .sourceUnavailable: "the source's address is not on this machine"
        case .noGreeting: "the host hung up or kept silent before its greeting"
        case .noAddressFamily: "the source has no address of a family that the site's hosts have"
        }
    }

    static func of(_ suspension: Suspension) -> WaitReport {
        switch suspension {
        case .journal:
            WaitReport(
                code: .disk,
                detail: "The whole queue rests: the journal cannot be written, so what happens to mail could not be "
                    + "remembered. See to the disk of the data folder; it goes on by itself.")
        case .draining:
            WaitReport(
                code: .draining,
                detail: "The engine is about to end and starts nothing new. The mail goes on after the next start.")
        }
    }
}
