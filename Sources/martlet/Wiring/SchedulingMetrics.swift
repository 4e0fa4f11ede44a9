import CoreMetrics
import Mail
import Queue
import Synchronization

/// Brings into `/metrics` what the queue counts by source, what is suspended, and what the rules for replies have done.
final class SchedulingMetrics: Sendable {
    fileprivate struct Known {
        var counters: [String: (counter: Counter, value: Int)] = [:]
        var gauges: [String: Gauge] = [:]
    }

    private let known = Mutex(Known())

    /// - Parameter rules: those that no reply has matched are not shown.
    func update(_ summary: QueueSummary, rules: [ShapingFigures]) {
        known.withLock { known in
            for source in summary.sources {
                let name = ("source", source.name)
                known.set("martlet_source_lanes", [name], to: source.lanes)
                known.set("martlet_source_trouble", [name], to: source.trouble == nil ? 0 : 1)
                for (verdict, count) in [
                    ("delivered", source.delivered), ("deferred", source.deferred), ("bounced", source.bounced),
                ] {
                    known.count("martlet_source_deliveries_total", [name, ("verdict", verdict)], to: count)
                }
            }
            var holds = ["operator": 0, "rule": 0, "source": 0]
            for hold in summary.holds {
                switch hold.cause {
                case .operator: holds["operator", default: 0] += 1
                case .rule: holds["rule", default: 0] += 1
                case .sourceHealth: holds["source", default: 0] += 1
                }
            }
            for (by, count) in holds { known.set("martlet_holds", [("by", by)], to: count) }
            known.set("martlet_temporary_limits", [], to: summary.limits.count)
            for rule in rules where rule.matched > 0 {
                let name = ("rule", rule.rule)
                known.count("martlet_shaping_matched_total", [name], to: rule.matched)
                known.count("martlet_shaping_fired_total", [name], to: rule.fired)
                known.set("martlet_shaping_standing", [name], to: rule.standing)
            }
        }
    }
}

extension SchedulingMetrics.Known {
    fileprivate mutating func set(_ label: String, _ dimensions: [(String, String)], to value: Int) {
        let key = "\(label) \(dimensions)"
        let gauge = gauges[key] ?? Gauge(label: label, dimensions: dimensions)
        gauges[key] = gauge
        gauge.record(value)
    }

    /// - Parameter value: what has been counted in all; a reload that begins anew counts from there.
    fileprivate mutating func count(_ label: String, _ dimensions: [(String, String)], to value: Int) {
        let key = "\(label) \(dimensions)"
        var entry = counters[key] ?? (Counter(label: label, dimensions: dimensions), 0)
        entry.counter.increment(by: value >= entry.value ? value - entry.value : value)
        entry.value = value
        counters[key] = entry
    }
}
