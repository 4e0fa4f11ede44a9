/// A point on the machine's monotonic clock, in nanoseconds since an arbitrary start. Means nothing after a restart.
public struct MonotonicInstant: Hashable, Sendable, Comparable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// A deadline that never comes.
    public static let distantFuture = Self(nanoseconds: .max)

    public static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }

    /// Saturates at `distantFuture`, and at the other end.
    public static func + (a: Self, b: Duration) -> Self {
        let (sum, overflow) = a.nanoseconds.addingReportingOverflow(b.wholeNanoseconds)
        guard overflow else { return Self(nanoseconds: sum) }
        return b < .zero ? Self(nanoseconds: .min) : .distantFuture
    }

    public static func - (a: Self, b: Self) -> Duration {
        .nanoseconds(a.nanoseconds.saturating(minus: b.nanoseconds))
    }
}
