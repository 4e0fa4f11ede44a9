import Mail

/// The scheduler counts milliseconds since it was made, on the monotonic clock: an operator who sets the wall clock
/// moves neither retries nor expiry of what is in memory.
struct SchedulerClock {
    let start: MonotonicInstant

    /// Rounded down: what has passed for certain.
    func elapsed(_ now: MonotonicInstant) -> UInt64 {
        now <= start ? 0 : UInt64(now.nanoseconds &- start.nanoseconds) / 1_000_000
    }

    /// Rounded up: never early.
    func deadline(_ instant: MonotonicInstant) -> UInt64 {
        guard instant > start else { return 0 }
        let (distance, overflow) = instant.nanoseconds.subtractingReportingOverflow(start.nanoseconds)
        return overflow ? UInt64(Int64.max / 1_000_000) : (UInt64(distance) + 999_999) / 1_000_000
    }

    func instant(_ milliseconds: UInt64) -> MonotonicInstant {
        start + .milliseconds(Int64(clamping: milliseconds))
    }
}
