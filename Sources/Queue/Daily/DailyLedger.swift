package import Mail

/// Counts by *sending day*: what a warm-up lets a source send to a provider, and what a quota lets a tenant or a campaign
/// send. All shards share one; the answer is there at once.
package protocol DailyLedger: Sendable {
    /// The number of a counter, from now on until the next reload. `nil`: nothing limits it.
    func counter(for key: DailyKey) -> UInt32?
    /// Takes up to `count` deliveries from today's cap.
    /// - Returns: how many may go, 1 ... `count`, or why none.
    func take(_ count: Int, of counter: UInt32, at now: MonotonicInstant) -> Result<Int, DailyRefusal>
    /// Gives back what `take` gave a moment ago and no lane will carry, with the same `now`. The ledger knows that it was
    /// of today, which it cannot know of what is settled later.
    func untake(_ count: Int, of counter: UInt32, at now: MonotonicInstant)
    /// What became of `delivered + failed + untried` deliveries that were taken before. What was never tried (no
    /// connection came about, the queue drained) goes back to the cap of the day it was taken on.
    func settle(_ counter: UInt32, delivered: Int, failed: Int, untried: Int, at now: MonotonicInstant)
    /// The same with those that a host has put off only to see whether we come back: they use up the cap, because the
    /// host has heard of them, and say nothing of what it thinks of the source.
    func settle(
        _ counter: UInt32, delivered: Int, failed: Int, greylisted: Int, untried: Int, at now: MonotonicInstant)
    /// Why a delivery would not be let go now, without taking anything.
    func refusal(of counter: UInt32, at now: MonotonicInstant) -> DailyRefusal?
}

extension DailyLedger {
    package func untake(_ count: Int, of counter: UInt32, at now: MonotonicInstant) {
        settle(counter, delivered: 0, failed: 0, untried: count, at: now)
    }

    package func settle(
        _ counter: UInt32, delivered: Int, failed: Int, greylisted: Int, untried: Int, at now: MonotonicInstant
    ) {
        settle(counter, delivered: delivered, failed: failed + greylisted, untried: untried, at: now)
    }
}

package enum DailyKey: Hashable, Sendable {
    /// - Parameter group: the provider's name, or `other` for every site that is no provider's or has no plan of its own.
    case warmup(source: String, group: String)
    case tenantQuota(UUIDv7)
    case campaignQuota(UUIDv7)
}

package struct DailyRefusal: Error, Hashable, Sendable {
    package enum Cause: Hashable, Sendable {
        /// - Parameter stage: from 1.
        case warmup(source: String, group: String, stage: Int, cap: Int, sent: Int)
        /// A warm-up that an operator holds at zero, or whose plan has not begun.
        case warmupPaused(source: String, group: String)
        case quota(rule: String, key: DailyKey, cap: Int, sent: Int)
        /// There is room in today's cap, but the next part of it is not durable yet: a matter of milliseconds, or of the
        /// disk.
        case reserving(DailyKey)
    }

    package var cause: Cause
    /// The beginning of the next sending day, or when the plan begins. `nil`: when somebody decides.
    package var earliest: MonotonicInstant?

    package init(cause: Cause, earliest: MonotonicInstant?) {
        self.cause = cause
        self.earliest = earliest
    }
}
