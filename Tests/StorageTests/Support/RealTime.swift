import Mail

/// The machine's clocks.
struct RealTime: TimeSource {
    private static let start = ContinuousClock.now

    var now: MonotonicInstant { MonotonicInstant(nanoseconds: (ContinuousClock.now - Self.start).wholeNanoseconds) }
    var wall: WallTime { Samples.noon }

    func sleep(until deadline: MonotonicInstant) async throws(CancellationError) {
        do { try await Task.sleep(for: deadline - now) } catch { throw CancellationError() }
    }
}
