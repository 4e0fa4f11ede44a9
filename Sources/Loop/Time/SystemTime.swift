import Glibc
package import Mail

/// The machine's clocks, for code that lives on no loop.
package struct SystemTime: TimeSource {
    package init() {}

    package var now: MonotonicInstant { Self.now }
    package var wall: WallTime { Self.wall }

    static var now: MonotonicInstant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicInstant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    static var wall: WallTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }

    package func sleep(until deadline: MonotonicInstant) async throws(CancellationError) {
        if Task.isCancelled { throw CancellationError() }
        while true {
            let rest = deadline.nanoseconds.subtractingReportingOverflow(now.nanoseconds)
            if rest.partialValue <= 0 && !rest.overflow { return }
            // A day at a time: the concurrency library adds to its own clock, which may not overflow.
            let nanoseconds = rest.overflow ? 86_400_000_000_000 : min(rest.partialValue, 86_400_000_000_000)
            do { try await Task.sleep(nanoseconds: UInt64(nanoseconds)) } catch { throw CancellationError() }
        }
    }
}
