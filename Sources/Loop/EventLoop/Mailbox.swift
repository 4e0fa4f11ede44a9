import Synchronization

/// One thing for a loop to do.
@safe
enum LoopEntry: Sendable {
    case job(UnownedJob)
    case work(@Sendable () -> Void)
    case resumption(UnsafeContinuation<Void, Never>)
}

/// How other threads reach a loop: they leave entries here, and the loop takes them all at once.
///
/// The loop is woken only when it sleeps and only by the first entry. A busy loop looks here once per turn anyway, so
/// under load handing over costs one lock and no system call.
final class Mailbox: Sendable {
    private struct State {
        var entries: [LoopEntry] = []
        var isAsleep = false
        var isClosed = false
    }

    enum Posting {
        /// The loop will see it.
        case taken
        /// The loop sleeps: the poster has to wake it.
        case wake
        /// The loop has ended.
        case closed
    }

    private let state = Mutex(State())

    func post(_ entry: LoopEntry) -> Posting {
        state.withLock { state in
            if state.isClosed { return .closed }
            state.entries.append(entry)
            guard state.isAsleep else { return .taken }
            state.isAsleep = false
            return .wake
        }
    }

    /// Moves all entries to the end of `queue`.
    func take(into queue: inout [LoopEntry]) {
        state.withLock { state in
            state.isAsleep = false
            if state.entries.isEmpty { return }
            if queue.isEmpty {
                swap(&queue, &state.entries)
            } else {
                queue.append(contentsOf: state.entries)
                state.entries.removeAll(keepingCapacity: true)
            }
        }
    }

    /// True when there is nothing, and then the next poster is told to wake the loop.
    func fallAsleep() -> Bool {
        state.withLock { state in
            state.isAsleep = state.entries.isEmpty
            return state.isAsleep
        }
    }

    /// True when there was nothing left; from then on every posting is refused.
    func close() -> Bool {
        state.withLock { state in
            state.isClosed = state.entries.isEmpty
            return state.isClosed
        }
    }
}
