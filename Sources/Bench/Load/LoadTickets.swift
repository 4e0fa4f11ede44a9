import Synchronization

/// Hands out the messages of a load, each once, to whichever session is free, and counts what became of them.
package final class LoadTickets: Sendable {
    struct Ticket: Equatable {
        var number: Int
        /// When the message was to be sent, nanoseconds of CLOCK_MONOTONIC; `nil`: at once.
        var planned: UInt64?
    }

    private let limit: Int
    /// Nanoseconds of CLOCK_MONOTONIC.
    private let end: UInt64
    private let start: UInt64
    /// Nanoseconds between two messages.
    private let interval: Double?
    private let next = Atomic(0)
    private let isStopped = Atomic(false)
    private let done = Atomic(0)
    private let failed = Atomic(0)

    init(_ extent: LoadPlan.Extent, rate: Double?, start: UInt64) {
        self.start = start
        interval = rate.map { 1e9 / max($0, 1e-3) }
        switch extent {
        case .messages(let count): (limit, end) = (count, .max)
        case .time(let time):
            let seconds = max(0, time / .seconds(1))
            (limit, end) = (.max, start &+ UInt64(min(seconds, 1e9) * 1e9))
        }
    }

    /// - Returns: `nil` when the load is over.
    func take(now: UInt64) -> Ticket? {
        // What was planned for before the end is sent, late or not; else a slow server would have less to do.
        guard !isStopped.load(ordering: .relaxed), now < end || interval != nil else { return nil }
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard number < limit else { return nil }
        guard let interval else { return Ticket(number: number, planned: nil) }
        let planned = start &+ UInt64(Double(number) * interval)
        return planned < end ? Ticket(number: number, planned: planned) : nil
    }

    /// No more are handed out. Those that are under way go on.
    package func stop() { isStopped.store(true, ordering: .relaxed) }
    var isOver: Bool { isStopped.load(ordering: .relaxed) }

    func countDone() { done.wrappingAdd(1, ordering: .relaxed) }
    func countFailed() { failed.wrappingAdd(1, ordering: .relaxed) }

    var counts: (done: Int, failed: Int) { (done.load(ordering: .relaxed), failed.load(ordering: .relaxed)) }
}
