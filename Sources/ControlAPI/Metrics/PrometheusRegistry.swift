package import CoreMetrics
import Synchronization

/// The factory behind swift-metrics: keeps every metric of the process and prints them for `GET /metrics` in the
/// Prometheus text format 0.0.4.
///
/// Rooms create their counters once and keep them; adding to one is a single atomic instruction. Printing takes the lock
/// that creation takes, never one that a counter takes.
package final class PrometheusRegistry: MetricsFactory, Sendable {
    /// A metric by name and labels, so that two rooms that create the same one share it.
    struct Key: Hashable {
        var name: String
        var labels: String
    }

    enum Metric {
        case counter(AtomicCounter)
        case gauge(AtomicGauge)
        case histogram(LatencyHistogram)
    }

    private let metrics = Mutex<[Key: Metric]>([:])

    package init() {}

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    /// An aggregating recorder becomes a histogram, another one a gauge.
    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if aggregate { return histogram(label, dimensions) }
        return gauge(label, dimensions)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions)
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    /// The exposition, sorted by name, so that two scrapes compare.
    package func exposition() -> String {
        let all = metrics.withLock { $0 }.sorted { ($0.key.name, $0.key.labels) < ($1.key.name, $1.key.labels) }
        var text = ""
        var previous = ""
        for (key, metric) in all {
            if key.name != previous {
                text += "# TYPE \(key.name) \(Self.type(of: metric))\n"
                previous = key.name
            }
            switch metric {
            case .counter(let counter): text += "\(key.name)\(Self.braced(key.labels)) \(counter.value)\n"
            case .gauge(let gauge): text += "\(key.name)\(Self.braced(key.labels)) \(gauge.value)\n"
            case .histogram(let histogram): histogram.print(name: key.name, labels: key.labels, into: &text)
            }
        }
        return text
    }

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> AtomicCounter {
        let key = Self.key(label, dimensions)
        return metrics.withLock { metrics in
            if case .counter(let existing) = metrics[key] { return existing }
            let counter = AtomicCounter()
            metrics[key] = .counter(counter)
            return counter
        }
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> AtomicGauge {
        let key = Self.key(label, dimensions)
        return metrics.withLock { metrics in
            if case .gauge(let existing) = metrics[key] { return existing }
            let gauge = AtomicGauge()
            metrics[key] = .gauge(gauge)
            return gauge
        }
    }

    private func histogram(_ label: String, _ dimensions: [(String, String)]) -> LatencyHistogram {
        let key = Self.key(label, dimensions)
        return metrics.withLock { metrics in
            if case .histogram(let existing) = metrics[key] { return existing }
            let histogram = LatencyHistogram()
            metrics[key] = .histogram(histogram)
            return histogram
        }
    }

    private static func key(_ label: String, _ dimensions: [(String, String)]) -> Key {
        let labels = dimensions.map { name, value in "\(name)=\"\(escaped(value))\"" }.joined(separator: ",")
        return Key(name: String(label.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }), labels: labels)
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
        return text
    }

    private static func braced(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }

    private static func type(of metric: Metric) -> String {
        switch metric {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}
