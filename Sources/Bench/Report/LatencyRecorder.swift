import Histogram

/// Latencies as they are measured, from a microsecond to an hour, each kept to a part in a thousand.
///
/// A source or a sink has one per loop, so that nothing is shared while the load runs, and adds them up at the end.
/// About 95 KiB, all of it made at once: recording allocates nothing.
package struct LatencyRecorder: Sendable {
    private var histogram = Histogram<UInt32>(
        lowestDiscernibleValue: 512, highestTrackableValue: Self.longest, numberOfSignificantValueDigits: .three)
    private var sum: UInt64 = 0

    /// Nanoseconds; what takes longer is counted as this.
    private static let longest: UInt64 = 3_600_000_000_000

    package init() {}

    /// How many were recorded.
    package var count: Int { Int(histogram.totalCount) }

    /// - Parameter nanoseconds: above an hour it counts as an hour.
    package mutating func record(_ nanoseconds: UInt64) {
        let value = min(nanoseconds, Self.longest)
        histogram.record(value)
        sum &+= value
    }

    /// Instants of CLOCK_MONOTONIC. An end before its start, which only a broken message can claim, is not recorded.
    package mutating func record(from start: UInt64, to end: UInt64) {
        if end >= start { record(end - start) }
    }

    /// Adds what another one has recorded.
    package mutating func merge(_ other: LatencyRecorder) {
        histogram.add(other.histogram)
        sum &+= other.sum
    }

    /// `nil` when nothing was recorded.
    package var summary: BenchRun.Latency? {
        guard count > 0 else { return nil }
        return BenchRun.Latency(
            count: count, mean: Double(sum) / Double(count) / 1_000_000, p50: percentile(50), p90: percentile(90),
            p99: percentile(99), p999: percentile(99.9), max: milliseconds(histogram.maxRecorded))
    }

    /// The value is the upper end of its bucket, which may lie beyond the largest that was recorded.
    private func percentile(_ percent: Double) -> Double {
        milliseconds(min(histogram.valueAtPercentile(percent), histogram.maxRecorded))
    }

    private func milliseconds(_ nanoseconds: UInt64) -> Double { Double(nanoseconds) / 1_000_000 }
}
