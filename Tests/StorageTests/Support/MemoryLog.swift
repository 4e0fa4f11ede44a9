import Mail
import Synchronization

/// A journal in memory. Offsets have gaps, as those of the real one, which are byte positions.
final class MemoryLog: EventLog {
    private let state = Mutex(State())

    private struct State {
        var events: [Event] = []
        var end: UInt64 = 0
        var failure: EventLogFailure?
        var acknowledged: [String: UInt64] = [:]
        var waiters: [CheckedContinuation<Void, Never>] = []
        var reads = 0
    }

    static let step: UInt64 = 100

    var end: UInt64 { state.withLock { $0.end } }
    var reads: Int { state.withLock { $0.reads } }
    func acknowledged(_ consumer: String) -> UInt64? { state.withLock { $0.acknowledged[consumer] } }
    func fail(with failure: EventLogFailure?) { state.withLock { $0.failure = failure } }

    @discardableResult
    func append(_ message: UUIDv7, tenant: UUIDv7, at time: WallTime, _ kind: Event.Kind) -> UInt64 {
        let (offset, waiters) = state.withLock { state in
            let offset = state.end
            state.events.append(
                Event(
                    offset: offset, id: UUIDv7(at: time, random: (0, offset)), at: time, tenant: tenant,
                    message: message, kind: kind))
            state.end += Self.step
            defer { state.waiters = [] }
            return (offset, state.waiters)
        }
        for waiter in waiters { waiter.resume() }
        return offset
    }

    func read(from offset: UInt64, limit: Int) async throws(EventLogFailure) -> (events: [Event], next: UInt64) {
        let (failure, found) = state.withLock { state in
            state.reads += 1
            let first = Int((offset + Self.step - 1) / Self.step)
            return (state.failure, Array(state.events.dropFirst(first).prefix(limit)))
        }
        if let failure { throw failure }
        return (found, found.last.map { $0.offset + Self.step } ?? offset)
    }

    func wait(for offset: UInt64) async throws(CancellationError) {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.end > offset || Task.isCancelled { return true }
                    state.waiters.append(continuation)
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            let waiters = state.withLock { state in
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }
        if Task.isCancelled { throw CancellationError() }
    }

    func acknowledge(_ consumer: String, upTo offset: UInt64) {
        state.withLock { $0.acknowledged[consumer] = offset }
    }
}
