import CoreMetrics
import Synchronization

/// A histogram with fixed bounds from 100 microseconds to 10 minutes: what a disk sync, a delivery and a final dot need.
/// Timers record nanoseconds and are shown in seconds; recorders record plain values.
final class LatencyHistogram: TimerHandler, RecorderHandler, Sendable {
    /// Upper bounds in seconds.
    private static let bounds: [Double] = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
        600,
    ]

    private struct State {
        var counts = [UInt64](repeating: 0, count: LatencyHistogram.bounds.count + 1)
        var sum = 0.0
    }

    private let state = Mutex(State())

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let bucket = Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }

    func print(name: String, labels: String, into text: inout String) {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        let prefix = labels.isEmpty ? "" : "\(labels),"
        var running: UInt64 = 0
        for (bound, count) in zip(Self.bounds, counts) {
            running += count
            text += "\(name)_bucket{\(prefix)le=\"\(bound)\"} \(running)\n"
        }
        running += counts[Self.bounds.count]
        text += "\(name)_bucket{\(prefix)le=\"+Inf\"} \(running)\n"
        let braced = labels.isEmpty ? "" : "{\(labels)}"
        text += "\(name)_sum\(braced) \(sum)\n\(name)_count\(braced) \(running)\n"
    }
}
