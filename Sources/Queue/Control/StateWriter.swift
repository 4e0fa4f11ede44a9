import Logging
import Mail
import Synchronization

/// The one who writes the queue's decisions into the store, one transaction after another.
///
/// What an operator orders is written while he waits. What the rules of `shaping.yaml` decide holds at once and is
/// written soon: of each key only the last value, together with the others that have gathered, and again until it
/// succeeds. So a thousand rules that fire in a second cost some transactions, and never a wait.
final class StateWriter: Sendable {
    enum Section: String, Hashable, Sendable, CaseIterable {
        case holds, limits, routes
    }

    private struct Place: Hashable {
        var section: Section
        var key: String
    }

    private struct State {
        /// What is still to be written of the rules' decisions.
        var pending: [Place: [UInt8]?] = [:]
        var isRunning = false
        var hasDropped = false
    }

    /// Values that wait while the store fails. What comes on top is lost with a restart, though it holds until then.
    static let pendingLimit = 10_000
    private static let batch = 512
    private static let firstWait = Duration.seconds(1)
    private static let longestWait = Duration.seconds(60)

    /// `nil`: nothing outlives the process.
    private let store: (any QueueStateStore)?
    private let time: any TimeSource
    private let logger: Logger
    private let state = Mutex(State())
    private let turn = TurnLock()

    init(store: (any QueueStateStore)?, time: any TimeSource, logger: Logger) {
        self.store = store
        self.time = time
        self.logger = logger
    }

    /// Everything of a section.
    func load(_ section: Section) async throws(StorageFailure) -> [(key: String, value: [UInt8])] {
        guard let store else { return [] }
        return try await store.load(section.rawValue)
    }

    /// All of it is durable when this returns, or none of it is written.
    func save(_ section: Section, _ changes: [(key: String, value: [UInt8]?)]) async throws(ControlFailure) {
        guard let store, !changes.isEmpty else { return }
        await turn.take()
        defer { turn.giveBack() }
        // What an operator says now comes after what a rule has said before. Looked for only now: a write that has just
        // failed has put its values back.
        let displaced = state.withLock { state in
            changes.compactMap { change -> (Place, [UInt8]?)? in
                let place = Place(section: section, key: change.key)
                return state.pending.removeValue(forKey: place).map { (place, $0) }
            }
        }
        do {
            try await store.save(section.rawValue, changes)
        } catch {
            logger.error("the queue's state cannot be saved", metadata: ["reason": "\(error)"])
            putBack(displaced)
            throw .storage
        }
    }

    /// Returns at once.
    func saveSoon(_ section: Section, _ changes: [(key: String, value: [UInt8]?)]) {
        guard store != nil, !changes.isEmpty else { return }
        let (mustRun, mustComplain) = state.withLock { state in
            var isFull = false
            for change in changes {
                let place = Place(section: section, key: change.key)
                if state.pending.count >= Self.pendingLimit, state.pending[place] == nil {
                    isFull = true
                } else {
                    state.pending[place] = .some(change.value)
                }
            }
            defer {
                state.isRunning = true
                state.hasDropped = state.hasDropped || isFull
            }
            return (!state.isRunning, isFull && !state.hasDropped)
        }
        if mustComplain {
            logger.error("decisions of rules are lost with a restart: they cannot be saved for too long")
        }
        if mustRun { Task { await self.writePending() } }
    }

    /// Whether everything that was to be written soon is. For the end of the process and for tests.
    var isIdle: Bool { state.withLock { $0.pending.isEmpty && !$0.isRunning } }

    private func writePending() async {
        guard let store else { return }
        var wait = Self.firstWait
        while true {
            await turn.take()
            guard let (section, batch) = takeBatch() else {
                turn.giveBack()
                return
            }
            do {
                try await store.save(section.rawValue, batch.map { (key: $0.0.key, value: $0.1) })
                turn.giveBack()
                wait = Self.firstWait
            } catch {
                putBack(batch)
                turn.giveBack()
                logger.warning("decisions of rules cannot be saved now", metadata: ["reason": "\(error)"])
                do { try await time.sleep(for: wait) } catch {
                    state.withLock { $0.isRunning = false }
                    return
                }
                wait = min(wait * 2, Self.longestWait)
            }
        }
    }

    /// `nil`: nothing is left, and the next to bring something starts another run.
    private func takeBatch() -> (Section, [(Place, [UInt8]?)])? {
        state.withLock { state in
            guard let section = state.pending.first?.key.section else {
                state.isRunning = false
                state.hasDropped = false
                return nil
            }
            var batch: [(Place, [UInt8]?)] = []
            for (place, value) in state.pending where place.section == section {
                batch.append((place, value))
                if batch.count == Self.batch { break }
            }
            for (place, _) in batch { state.pending.removeValue(forKey: place) }
            return (section, batch)
        }
    }

    /// Where nothing newer has come.
    private func putBack(_ values: [(Place, [UInt8]?)]) {
        let mustRun = state.withLock { state in
            for (place, value) in values where state.pending[place] == nil { state.pending[place] = .some(value) }
            defer { if !values.isEmpty { state.isRunning = true } }
            return !values.isEmpty && !state.isRunning
        }
        if mustRun { Task { await self.writePending() } }
    }
}
