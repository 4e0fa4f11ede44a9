package import Mail

/// Time that does not pass. Nobody sleeps in it.
package struct StandingTime: TimeSource {
    package init() {}

    package var now: MonotonicInstant { MonotonicInstant(nanoseconds: 0) }
    package var wall: WallTime { WallTime(milliseconds: 1_000_000) }
    package func sleep(until deadline: MonotonicInstant) async throws(CancellationError) {}
}
