@testable import Queue

/// Whether a rate holds in *every* window, by a formula that has nothing in common with the one that keeps it: of all
/// windows that end now, the worst is the one that begins where the sum of what had passed before, less what the time
/// would have allowed, was least. One running minimum sees them all.
struct RateWindow {
    let rate: RateLimit
    /// Nanoseconds from one to the next, rounded up.
    private let interval: Int128
    private var sum: Int128 = 0
    private var least: Int128?

    init(_ rate: RateLimit) {
        self.rate = rate
        let period =
            Int128(rate.period.components.seconds) * 1_000_000_000
            + Int128(rate.period.components.attoseconds / 1_000_000_000)
        interval = (period + Int128(rate.count) - 1) / Int128(rate.count)
    }

    /// - Returns: by how many the worst window that ends with these is exceeded; 0 or less: by none.
    mutating func add(_ count: Int, at time: Int64) -> Double {
        let before = sum * interval - Int128(time)
        least = min(least ?? before, before)
        sum += Int128(count)
        return excess(0, at: time)
    }

    /// What one more would do.
    func excess(_ count: Int, at time: Int64) -> Double {
        let before = sum * interval - Int128(time)
        let worst = min(least ?? before, before)
        let over = (sum + Int128(count)) * interval - Int128(time) - worst - Int128(rate.burst) * interval
        return Double(over) / Double(interval)
    }
}
