import Mail

/// The time that credit is earned by: the sum of all steps forward of the monotonic clock.
///
/// The wall clock plays no part, so neither an operator who sets it nor daylight saving time moves a limit. Callers on
/// several threads may be a moment late with the time they have read: an instant that is a little older than the last
/// one earns nothing. Should the monotonic clock itself go back by more than that (a virtual machine that was moved),
/// that earns nothing either, and what follows counts again from there: a burst is never released twice, and nothing
/// stands still until the old time is reached again.
struct ThrottleClock: Hashable, Sendable {
    /// Nobody holds on to an instant for as long before coming here with it.
    static let lateness = Duration.seconds(10)

    private var last: MonotonicInstant?
    /// Nanoseconds earned so far.
    private(set) var now: Int64 = 0

    mutating func advance(to instant: MonotonicInstant) -> Int64 {
        guard let last else {
            self.last = instant
            return now
        }
        let (step, overflow) = instant.nanoseconds.subtractingReportingOverflow(last.nanoseconds)
        if instant > last {
            // No machine runs for a century: what claims to is a broken clock, and earns what fills every burst.
            now = min(now + min(overflow ? .max : step, 1 << 60), 1 << 61)
            self.last = instant
        } else if overflow || step < -Self.lateness.wholeNanoseconds {
            self.last = instant
        }
        return now
    }

    /// The instant at which the clock will show the given time, if it goes on evenly.
    func instant(of time: Int64) -> MonotonicInstant {
        // Without `Duration`, whose arithmetic has 128 bits: this is asked for every batch.
        let (sum, overflow) = (last?.nanoseconds ?? 0).addingReportingOverflow(max(0, time - now))
        return overflow ? .distantFuture : MonotonicInstant(nanoseconds: sum)
    }
}
