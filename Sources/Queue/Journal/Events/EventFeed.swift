import Mail
import Synchronization

/// What consumers of the log wait on and read from when they keep up.
final class EventFeed: Sendable {
    private struct State {
        var tail: EventTail
        /// Behind the last durable event.
        var end: UInt64
        /// Where the last durable event begins; `nil` before the first.
        var last: UInt64?
        var waiters: [Waiter] = []
        var nextWaiter = 0
        var isClosed = false
    }

    private struct Waiter {
        var id: Int
        var offset: UInt64
        var continuation: CheckedContinuation<Bool, Never>
    }

    private let state: Mutex<State>

    init(end: UInt64, options: JournalOptions) {
        state = Mutex(
            State(tail: EventTail(start: end, events: options.tailEvents, bytes: options.tailBytes), end: end))
    }

    var end: UInt64 { state.withLock { $0.end } }

    /// Called by the writer after a commit, with the events in order.
    func publish(_ events: [(event: Event?, offset: UInt64, length: Int)]) {
        guard let newest = events.last else { return }
        let awake = state.withLock { state -> [Waiter] in
            for (event, offset, length) in events {
                if let event {
                    state.tail.append(event, length: length)
                } else {
                    state.tail.skip(to: offset + 1)
                }
            }
            state.end = newest.offset + UInt64(newest.length)
            state.last = newest.offset
            if state.waiters.isEmpty { return [] }
            let split = state.waiters.partition { $0.offset <= newest.offset }
            let awake = Array(state.waiters[split...])
            state.waiters.removeSubrange(split...)
            return awake
        }
        for waiter in awake { waiter.continuation.resume(returning: true) }
    }

    /// `nil`: ask the disk.
    func read(from offset: UInt64, limit: Int) -> (events: [Event], next: UInt64)? {
        state.withLock { state in
            guard let (events, next) = state.tail.read(from: offset, limit: limit) else { return nil }
            return (events, next ?? max(offset, state.end))
        }
    }

    func wait(for offset: UInt64) async throws(CancellationError) {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let isDurable = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
                let answer = state.withLock { state -> Bool? in
                    if let last = state.last, last >= offset { return true }
                    // The handler, or the end of the journal, may have come before this waiter was known.
                    if Task.isCancelled || state.isClosed { return false }
                    state.waiters.append(Waiter(id: id, offset: offset, continuation: continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let gone = state.withLock { state -> Waiter? in
                guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
                return state.waiters.remove(at: index)
            }
            gone?.continuation.resume(returning: false)
        }
        if !isDurable { throw CancellationError() }
    }

    /// Nobody waits for a journal that is closed.
    func close() {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            state.isClosed = true
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: false) }
    }
}
