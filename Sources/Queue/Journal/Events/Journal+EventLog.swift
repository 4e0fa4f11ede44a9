import Logging
package import Mail
import Synchronization

/// The journal as its consumers see it.
extension Journal: EventLog {
    package var end: UInt64 { core.feed.end }

    package func read(
        from offset: UInt64, limit: Int
    ) async throws(EventLogFailure) -> (events: [Event], next: UInt64) {
        if let recent = core.feed.read(from: offset, limit: limit) { return recent }
        return try await readFromDisk(offset, limit)
    }

    /// Returns at once for offsets that are passed already. A closed journal wakes nobody: the call throws then.
    package func wait(for offset: UInt64) async throws(CancellationError) {
        try await core.feed.wait(for: offset)
    }

    /// The first call registers the consumer; from then on no segment is removed before it has passed its events. So a
    /// new consumer calls this with 0 (or where it stands) before it reads.
    package func acknowledge(_ consumer: String, upTo offset: UInt64) {
        if core.consumers.withLock({ $0.acknowledge(consumer, offset) }) {
            core.ledger.withLock { $0.needsCare = true }
        }
        core.wake()
    }

    /// A consumer that will never come back: nothing is kept for it any more.
    package func forget(_ consumer: String) {
        core.consumers.withLock { $0.forget(consumer) }
        core.ledger.withLock { $0.needsCare = true }
        core.wake()
    }

    /// Off the caller's executor, which may be an event loop.
    @concurrent
    private func readFromDisk(
        _ offset: UInt64, _ limit: Int
    ) async throws(EventLogFailure) -> (events: [Event], next: UInt64) {
        var reader = EventReader(core)
        return try reader.read(from: offset, limit: limit)
    }
}
