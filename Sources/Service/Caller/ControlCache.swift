import Mail
import Synchronization

/// Answers of the control database, remembered until anything in it changes. Holds positive answers only.
final class ControlCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    let changes: ControlChanges
    private let limit: Int
    private let state = Mutex(State())

    private struct State {
        var version: UInt64 = 0
        var values: [Key: Value] = [:]
    }

    init(changes: ControlChanges, limit: Int = 10_000) {
        self.changes = changes
        self.limit = limit
    }

    func value(
        for key: Key, load: () async throws(StorageFailure) -> Value?
    ) async throws(StorageFailure) -> Value? {
        // Read before the load: an answer that was read while a change came in is filed under the old number.
        let version = changes.version
        if let value = remembered(key, at: version) { return value }
        guard let value = try await load() else { return nil }
        remember(value, for: key, at: version)
        return value
    }

    func remembered(_ key: Key, at version: UInt64) -> Value? {
        state.withLock { $0.version == version ? $0.values[key] : nil }
    }

    func remember(_ value: Value, for key: Key, at version: UInt64) {
        state.withLock { state in
            guard version >= state.version else { return }
            if version > state.version || state.values.count >= limit {
                state.values.removeAll(keepingCapacity: true)
                state.version = version
            }
            state.values[key] = value
        }
    }
}
