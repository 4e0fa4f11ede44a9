import Logging
import Mail
import Metrics

/// Tells the operator what is wrong with a source, which the reason of the deferral does not: once in ten minutes for
/// each source, however much mail waits. The metric counts every time.
struct SourceComplaints {
    private var told: [String: MonotonicInstant] = [:]
    private static let pause: Duration = .seconds(600)
    private static let capacity = 1_000
    private static let log = Logger(label: "martlet.egress")

    mutating func tell(_ failure: SourceFailure, of source: String, now: MonotonicInstant) {
        let kind =
            switch failure {
            case .address: "address"
            case .proxy: "proxy"
            }
        Counter(label: "martlet_source_failures_total", dimensions: [("source", source), ("kind", kind)]).increment()
        guard isNews(source, now: now) else { return }
        Self.log.warning(
            "a source cannot be used", metadata: ["source": "\(source)", "reason": "\(failure.text)"])
    }

    mutating func isNews(_ source: String, now: MonotonicInstant) -> Bool {
        if let last = told[source], now < last + Self.pause { return false }
        if told.count >= Self.capacity { told.removeAll() }
        told[source] = now
        return true
    }
}
