import Mail
import Synchronization

/// What destinations and hosts publish, as tables.
struct TablePolicies: TLSPolicySource {
    var sts: [String: DestinationTLSPolicy.STS] = [:]
    /// Destinations whose MX list DNSSEC vouches for.
    var secure: Set<String> = []
    var dane: [String: DANEStatus] = [:]

    func policy(for destination: Domain, exchanges: Answer<MXRecord>) async -> DestinationTLSPolicy {
        DestinationTLSPolicy(
            sts: sts[destination.text] ?? .absent, isExchangeListSecure: secure.contains(destination.text))
    }

    func dane(for host: String, port: UInt16, addresses: Answer<IPAddress>) async -> DANEStatus {
        dane[host] ?? .absent
    }
}

/// Keeps what the reports would be made of.
final class AttemptRecorder: TLSAttemptLog {
    private let recorded = Mutex<[TLSAttempt]>([])

    var attempts: [TLSAttempt] { recorded.withLock { $0 } }

    func record(_ attempt: TLSAttempt) { recorded.withLock { $0.append(attempt) } }
}
