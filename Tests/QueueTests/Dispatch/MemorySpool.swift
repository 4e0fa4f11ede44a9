import Mail
import Synchronization

@testable import Queue

/// A journal in memory: what was accepted and noted, in order.
final class MemorySpool: Spool {
    private struct State {
        var messages: [UInt64: AcceptedMessage] = [:]
        var next: UInt64 = 100
        var notes: [JournalNote] = []
        var loads = 0
        var isHealthy = true
        var failure: JournalFailure?
        var commits = 0
        var failingCommit = 0
    }

    private let state = Mutex(State())

    var notes: [JournalNote] { state.withLock { $0.notes } }
    var messages: [AcceptedMessage] { state.withLock { $0.messages.sorted { $0.key < $1.key }.map(\.value) } }
    var numbered: [(key: UInt64, value: AcceptedMessage)] { state.withLock { $0.messages.sorted { $0.key < $1.key } } }
    var loads: Int { state.withLock { $0.loads } }

    var isHealthy: Bool {
        get { state.withLock { $0.isHealthy } }
        set { state.withLock { $0.isHealthy = newValue } }
    }

    /// The disk fails at this commit, counted from 1, and from then on.
    var failingCommit: Int {
        get { state.withLock { $0.failingCommit } }
        set { state.withLock { $0.failingCommit = newValue } }
    }

    /// While set, nothing is accepted or read.
    var failure: JournalFailure? {
        get { state.withLock { $0.failure } }
        set { state.withLock { $0.failure = newValue } }
    }

    func accept(_ message: AcceptedMessage) async throws(JournalFailure) -> UInt64 {
        let (number, failure) = state.withLock { state in
            if state.failure == nil {
                state.next += 100
                state.messages[state.next] = message
            }
            return (state.next, state.failure)
        }
        if let failure { throw failure }
        return number
    }

    func note(_ records: [JournalNote]) { state.withLock { $0.notes += records } }

    func commit(_ records: [JournalNote]) async -> Bool {
        note(records)
        return state.withLock { state in
            state.commits += 1
            if state.commits == state.failingCommit { state.isHealthy = false }
            return state.isHealthy
        }
    }

    func load(_ number: UInt64) async throws(JournalFailure) -> AcceptedMessage {
        let (message, failure) = state.withLock { state in
            state.loads += 1
            return (state.messages[number], state.failure)
        }
        if let failure { throw failure }
        guard let message else { throw .notFound(number: number) }
        return message
    }

    /// The attempts noted, as (recipient, number, verdict, next attempt).
    var attempts: [Attempt] {
        notes.compactMap { note in
            if case .attempted(_, _, _, _, let attempt) = note { return attempt }
            return nil
        }
    }
}
