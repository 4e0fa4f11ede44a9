import Mail

/// The scheduler counts milliseconds since it was made, on the monotonic clock: an operator who sets the wall clock
/// moves neither retries nor expiry of what is in memory.
///
/// Should the monotonic clock itself go back (a virtual machine that was moved), the count goes on from where it was:
/// waits that were begun last as long as they were meant to, instead of standing still until the old time is reached.
struct SchedulerClock {
    /// When it was made, on the clock as it was then.
    let start: MonotonicInstant
    /// The count at `origin`; moved when the clock goes back.
    private var base: UInt64 = 0
    private var origin: MonotonicInstant
    private var latest: MonotonicInstant

    init(start: MonotonicInstant) {
        self.start = start
        origin = start
        latest = start
    }

    /// Hears what time it is, and says how much has passed. Callers may be a moment late with the time they have read.
    mutating func observe(_ now: MonotonicInstant) -> UInt64 {
        if now > latest {
            latest = now
        } else if now < latest, latest.nanoseconds &- now.nanoseconds > ThrottleClock.lateness.wholeNanoseconds {
            base = elapsed(latest)
            origin = now
            latest = now
        }
        return elapsed(now)
    }

    /// Rounded down: what has passed for certain.
    func elapsed(_ now: MonotonicInstant) -> UInt64 {
        if now >= origin {
            let (distance, overflow) = now.nanoseconds.subtractingReportingOverflow(origin.nanoseconds)
            return base + UInt64(overflow ? Int64.max : distance) / 1_000_000
        }
        let (distance, overflow) = origin.nanoseconds.subtractingReportingOverflow(now.nanoseconds)
        let before = overflow ? UInt64.max : (UInt64(distance) + 999_999) / 1_000_000
        return base > before ? base - before : 0
    }

    /// Rounded up: never early.
    func deadline(_ instant: MonotonicInstant) -> UInt64 {
        guard instant > origin else { return elapsed(instant) }
        let (distance, overflow) = instant.nanoseconds.subtractingReportingOverflow(origin.nanoseconds)
        return base + (overflow ? UInt64(Int64.max / 1_000_000) : (UInt64(distance) + 999_999) / 1_000_000)
    }

    func instant(_ milliseconds: UInt64) -> MonotonicInstant {
        let ahead = Int64(clamping: milliseconds) - Int64(clamping: base)
        // Without `Duration`, whose arithmetic has 128 bits: the shard asks this whenever it has done something.
        let (distance, isFar) = ahead.multipliedReportingOverflow(by: 1_000_000)
        let (sum, isBeyond) = origin.nanoseconds.addingReportingOverflow(distance)
        return isFar || isBeyond ? .distantFuture : MonotonicInstant(nanoseconds: sum)
    }

    /// The same on a clock that has never gone back: for values that keep instants over a jump.
    func steady(_ milliseconds: UInt64) -> MonotonicInstant { start + .milliseconds(Int64(clamping: milliseconds)) }
}
