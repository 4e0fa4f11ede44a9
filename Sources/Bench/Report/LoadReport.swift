/// What a source or a sink, a process of its own, tells the process that started it: one JSON object a line on standard
/// output, a tick four times a second and `end` last.
package enum LoadReport: Codable, Sendable, Equatable {
    /// The port is open (a sink), or the load begins (a source). Nanoseconds of CLOCK_MONOTONIC.
    case ready(at: UInt64)
    case tick(at: UInt64, done: Int, failed: Int)
    /// - Parameters:
    ///   - first: when the first message began, `last`: when the last one was acknowledged. Nanoseconds of
    ///     CLOCK_MONOTONIC.
    ///   - latency: of a source: accept latency; of a sink: end to end, from the `X-Bench-Sent` field of the messages.
    case end(
        first: UInt64, last: UInt64, done: Int, failed: Int, connections: Int, latency: BenchRun.Latency?,
        remarks: [String])
}
