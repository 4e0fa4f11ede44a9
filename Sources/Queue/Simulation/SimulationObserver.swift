import Mail

/// Somebody who looks on: told of everything that crosses the scheduler's border, and nothing else. The test kit counts
/// by it whether the limits hold, without asking whoever keeps them.
protocol SimulationObserver: AnyObject {
    func accepted(_ message: MessageFacts, _ deliveries: [PendingDelivery], at now: MonotonicInstant)
    func pulled(_ pull: SimulatedPull, at now: MonotonicInstant)
    /// The gate has let a new connection pass.
    func connecting(_ pull: SimulatedPull, at now: MonotonicInstant)
    func opened(_ pull: SimulatedPull, connection: UInt32, at now: MonotonicInstant)
    func closed(connection: UInt32, at now: MonotonicInstant)
    /// A transaction begins on a connection.
    func carries(_ pull: SimulatedPull, connection: UInt32, at now: MonotonicInstant)
    func landed(
        _ pull: SimulatedPull, _ outcomes: [Outcome], _ dispositions: [Disposition], at now: MonotonicInstant)
    func left(_ leaving: [Leaving], _ cause: SimulatedDeparture, at now: MonotonicInstant)
    /// A verb has taken these out of the queue.
    func removed(_ removed: Removed, at now: MonotonicInstant)
    func postponed(_ leaving: Leaving, until time: MonotonicInstant, at now: MonotonicInstant)
    /// Somebody cancels the message, by its number.
    func cancelling(_ message: UInt64)
    func did(_ verb: ScriptedVerb.Action, at now: MonotonicInstant)
    /// A shaping rule has set something.
    func ruled(_ directive: ShapingDirective, at now: MonotonicInstant)
    /// Everything that could be done at this time has been done.
    func settled(_ scheduler: borrowing Scheduler, at now: MonotonicInstant)
}

extension SimulationObserver {
    func removed(_ removed: Removed, at now: MonotonicInstant) {}
}

/// A batch as it left the scheduler.
struct SimulatedPull {
    var message: MessageFacts
    var recipients: [UInt32]
    var site: String
    /// The place in `EgressTable.sources`; `nil`: there are none.
    var source: Int?
    var lane: Int
    var attempt: Int
}

/// Why deliveries left without an attempt.
enum SimulatedDeparture: Hashable {
    case expired
    case cancelled
    case unroutable
}
