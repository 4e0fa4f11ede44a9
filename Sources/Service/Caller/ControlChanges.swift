import Synchronization

/// The number of changes to keys, domains and credentials that this process knows of, its own and those it noticed from
/// other processes. Whoever keeps an answer keeps the number with it, and drops the answer when the number has moved.
package final class ControlChanges: Sendable {
    private let count = Atomic<UInt64>(0)

    package init() {}

    package var version: UInt64 { count.load(ordering: .acquiring) }

    /// Something changed: everything remembered of the control database is worth nothing now.
    package func announce() { count.add(1, ordering: .acquiringAndReleasing) }
}
