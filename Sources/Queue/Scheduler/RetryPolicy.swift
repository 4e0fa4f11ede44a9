import Mail

/// When a deferred delivery, or a site that cannot be reached, is tried again: a wait that doubles up to a cap.
///
/// With the defaults for deliveries the attempts come at 0, 5, 15, 35 min, 1 h 15, 2 h 35, 5 h 15, 9 h 15, ... until
/// the fifth day (RFC 5321 §4.5.4.1 wants the give-up time to be at least 4-5 days).
package struct RetryPolicy: Hashable, Sendable {
    /// The wait after the first failure.
    package var first: Duration
    /// What each further failure multiplies the wait by.
    package var factor: Double
    /// The longest wait.
    package var cap: Duration
    /// Up to this share of the wait is added at random, so that what failed together does not come back together. The
    /// wait is never shorter than the plain one (a greylisting host wants its 5 minutes in full), except at the cap,
    /// below which it is spread instead.
    package var jitter: Double

    package init(
        first: Duration = .seconds(300), factor: Double = 2, cap: Duration = .seconds(4 * 3600), jitter: Double = 0.1
    ) {
        self.first = first
        self.factor = factor
        self.cap = cap
        self.jitter = jitter
    }

    /// The wait after the given number of failures in a row, counted from 1.
    package func delay(after failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let cap = max(0, Double(self.cap.wholeMilliseconds))
        var plain = max(0, Double(first.wholeMilliseconds))
        var step = 1
        while step < failures, plain < cap, factor > 1 {
            plain *= factor
            step += 1
        }
        plain = min(plain, cap)
        let random = Double(generator.next() >> 11) / Double(1 << 53)
        let spread = plain * max(0, jitter) * random
        let wait = plain + spread <= cap ? plain + spread : max(0, cap - spread)
        return .milliseconds(Int64(wait))
    }
}
