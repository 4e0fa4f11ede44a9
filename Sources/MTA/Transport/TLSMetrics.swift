import Mail
import Metrics

/// How the TLS of outgoing sessions went, in the words of TLS reports (RFC 8460 §4.3).
enum TLSMetrics {
    private static let success = counter("success")
    private static let failures = Dictionary(
        uniqueKeysWithValues: TLSAttempt.Failure.allCases.map { ($0, counter($0.rawValue)) })

    static func count(_ finding: TLSFinding) {
        switch finding {
        case .success: success.increment()
        case .failure(let finding): failures[finding.failure]?.increment()
        case .nothing: break
        }
    }

    private static func counter(_ result: String) -> Counter {
        Counter(label: "martlet_tls_sessions_total", dimensions: [("result", result)])
    }
}
