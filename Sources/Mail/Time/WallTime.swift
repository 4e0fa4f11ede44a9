/// Civil time: milliseconds since 1970-01-01T00:00:00Z, leap seconds ignored as POSIX does.
///
/// What users see and what outlives a restart (accepted, next attempt, expiry) is wall time; what must not jump when an
/// operator sets the clock (timeouts, rates) is `MonotonicInstant`.
public struct WallTime: Hashable, Sendable, Comparable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }
    /// All three stop at the ends of time: figures come from files and requests, too.
    public static func + (a: Self, b: Duration) -> Self {
        Self(milliseconds: a.milliseconds.saturating(plus: b.wholeMilliseconds))
    }
    public static func - (a: Self, b: Duration) -> Self {
        Self(milliseconds: a.milliseconds.saturating(minus: b.wholeMilliseconds))
    }
    public static func - (a: Self, b: Self) -> Duration {
        .milliseconds(a.milliseconds.saturating(minus: b.milliseconds))
    }
}

extension Duration {
    /// The duration in whole milliseconds, rounded toward zero; the most or the least that there is beyond.
    public var wholeMilliseconds: Int64 {
        // A third of the instructions that `components` takes, and every deadline comes by here.
        Int64(clamping: attoseconds / 1_000_000_000_000_000)
    }

    /// The duration in whole nanoseconds, rounded toward zero; the most or the least that there is beyond 292 years.
    public var wholeNanoseconds: Int64 {
        Int64(clamping: attoseconds / 1_000_000_000)
    }
}

extension Int64 {
    func saturating(plus other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    func saturating(minus other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }

    func saturating(times other: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
    }
}
