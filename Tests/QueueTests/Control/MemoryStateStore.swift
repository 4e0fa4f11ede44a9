import Mail
import Synchronization

@testable import Queue

/// The queue's state in memory, which outlives the queues of a test.
final class MemoryStateStore: QueueStateStore {
    private struct State {
        var values: [String: [String: [UInt8]]] = [:]
        var failure: StorageFailure?
        var saves = 0
    }

    private let state = Mutex(State())

    /// While set, nothing is read or written.
    var failure: StorageFailure? {
        get { state.withLock { $0.failure } }
        set { state.withLock { $0.failure = newValue } }
    }

    var saves: Int { state.withLock { $0.saves } }

    func values(_ section: String) -> [String: [UInt8]] { state.withLock { $0.values[section] ?? [:] } }

    func put(_ section: String, _ key: String, _ value: [UInt8]) {
        state.withLock { $0.values[section, default: [:]][key] = value }
    }

    func load(_ section: String) async throws(StorageFailure) -> [(key: String, value: [UInt8])] {
        let (failure, values) = state.withLock { ($0.failure, $0.values[section] ?? [:]) }
        if let failure { throw failure }
        return values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    func save(_ section: String, _ changes: [(key: String, value: [UInt8]?)]) async throws(StorageFailure) {
        // Others come in between.
        await Task.yield()
        let failure = state.withLock { state in
            if state.failure == nil {
                state.saves += 1
                for (key, value) in changes { state.values[section, default: [:]][key] = value }
            }
            return state.failure
        }
        if let failure { throw failure }
    }
}
