import Metrics
import Synchronization

/// `martlet_warmup_cap`, `_sent` and `_delivered`, by source and provider. A finished warm-up has no cap.
final class WarmupMetrics: Sendable {
    private struct Gauges {
        var cap: Gauge?
        var sent: Gauge
        var delivered: Gauge
    }

    private struct Label: Hashable {
        var source: String
        var group: String
    }

    private let gauges = Mutex<[Label: Gauges]>([:])

    func record(_ progress: [WarmupProgress]) {
        gauges.withLock { gauges in
            for warmup in progress {
                let label = Label(source: warmup.source, group: warmup.group)
                func gauge(_ figure: String) -> Gauge {
                    Gauge(
                        label: "martlet_warmup_\(figure)",
                        dimensions: [("source", warmup.source), ("provider", warmup.group)])
                }
                var own = gauges[label] ?? Gauges(cap: nil, sent: gauge("sent"), delivered: gauge("delivered"))
                if let cap = warmup.cap {
                    let shown = own.cap ?? gauge("cap")
                    shown.record(cap)
                    own.cap = shown
                } else {
                    own.cap?.destroy()
                    own.cap = nil
                }
                own.sent.record(warmup.sent)
                own.delivered.record(warmup.delivered)
                gauges[label] = own
            }
            // Those that the configuration does not name any more.
            let present = Set(progress.map { Label(source: $0.source, group: $0.group) })
            for (label, own) in gauges where !present.contains(label) {
                own.cap?.destroy()
                own.sent.destroy()
                own.delivered.destroy()
                gauges[label] = nil
            }
        }
    }
}
