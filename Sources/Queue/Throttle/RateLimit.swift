/// So many in a period, with so many at once: what the generic cell rate algorithm (ITU-T I.371, annex A) calls an
/// emission interval and a burst tolerance.
///
/// In any window of length `w`, wherever it begins, no more than `burst + w / interval` pass. The interval is rounded up
/// to whole nanoseconds, so a rate that does not divide its period is missed by billionths, never exceeded.
package struct RateLimit: Hashable, Sendable {
    /// In one period; at least 1.
    package let count: Int
    /// More than zero, at most 366 days.
    package let period: Duration
    /// What may pass at once after a quiet time; at least 1.
    package let burst: Int
    /// Nanoseconds from one to the next.
    let interval: Int64

    private static let longest: Int64 = 366 * 86_400 * 1_000_000_000

    /// `nil` for zero or negative figures, a period of more than 366 days, and a burst that takes more than 10 years
    /// to earn.
    /// - Parameter burst: without one, a tenth of a second's worth, at least 1: the scheduler looks at its clock in
    ///   milliseconds, so that a burst of 1 would hold every rate below 1,000/s.
    package init?(count: Int, per period: Duration, burst: Int? = nil) {
        let whole = period.components.seconds <= 366 * 86_400 ? period.nanosecondsOrZero : 0
        guard count > 0, whole > 0, whole <= Self.longest else { return nil }
        let interval = (whole - 1) / Int64(count) + 1
        let chosen = burst ?? max(1, Int(100_000_000 / interval))
        guard chosen > 0, Int64(chosen) <= 10 * Self.longest / interval else { return nil }
        self.count = count
        self.period = period
        self.burst = chosen
        self.interval = interval
    }

    /// Nanoseconds that the burst is worth.
    var tolerance: Int64 { Int64(burst) * interval }
}

extension Duration {
    /// 0 for a negative one; only for durations of a few years.
    fileprivate var nanosecondsOrZero: Int64 {
        guard self > .zero else { return 0 }
        return components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
