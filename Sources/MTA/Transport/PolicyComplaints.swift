import Logging
import Mail

/// Tells the operator why mail waits for a TLS policy, which the reason of the deferral cannot: what was wrong with
/// whose certificate. Once an hour for each destination, however much mail waits.
struct PolicyComplaints {
    private var told: [Domain: MonotonicInstant] = [:]
    private static let pause: Duration = .seconds(3_600)
    private static let capacity = 1_000
    private static let log = Logger(label: "martlet.tls")

    mutating func tell(_ finding: HostDemand.Finding, of destination: Domain, host: String, now: MonotonicInstant) {
        guard isNews(destination, now: now) else { return }
        Self.log.warning(
            "a host does not meet the TLS policy of its destination and gets no mail; see martlet dns",
            metadata: [
                "destination": "\(destination)", "host": "\(host)", "failure": "\(finding.failure.rawValue)",
                "reason": "\(finding.text)",
            ])
    }

    mutating func isNews(_ destination: Domain, now: MonotonicInstant) -> Bool {
        if let last = told[destination], now < last + Self.pause { return false }
        if told.count >= Self.capacity { told = told.filter { now < $0.value + Self.pause } }
        // Still full: that many broken destinations are told of in the metrics.
        guard told.count < Self.capacity else { return false }
        told[destination] = now
        return true
    }
}
