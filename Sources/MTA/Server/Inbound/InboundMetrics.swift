import Mail
import Metrics

/// What DMARC says of the mail that comes in, and how much of it was refused for that.
struct InboundMetrics: Sendable {
    private let results = Dictionary(
        uniqueKeysWithValues: DMARCResult.allCases.map { result in
            (result, Counter(label: "martlet_inbound_dmarc_total", dimensions: [("result", result.rawValue)]))
        })
    private let refused = Counter(label: "martlet_inbound_refused_by_policy_total")

    func judged(_ result: DMARCResult) { results[result]?.increment() }
    func refusedByPolicy() { refused.increment() }
}
