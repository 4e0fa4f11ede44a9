/// Civil time: milliseconds since 1970-01-01T00:00:00Z, leap seconds ignored as POSIX does.
///
/// What users see and what outlives a restart (accepted, next attempt, expiry) is wall time; what must not jump when an
/// operator sets the clock (timeouts, rates) is `MonotonicInstant`.
public struct WallTime: Hashable, Sendable, Comparable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }
    public static func + (a: Self, b: Duration) -> Self { Self(milliseconds: a.milliseconds + b.wholeMilliseconds) }
    public static func - (a: Self, b: Duration) -> Self { Self(milliseconds: a.milliseconds - b.wholeMilliseconds) }
    public static func - (a: Self, b: Self) -> Duration { .milliseconds(a.milliseconds - b.milliseconds) }
}

extension Duration {
    /// The duration in whole milliseconds, rounded toward zero.
    public var wholeMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }

    /// The duration in whole nanoseconds, rounded toward zero. Traps beyond 292 years.
    public var wholeNanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
