import Mail
import Queue
import Synchronization

/// A journal that keeps nothing: what is left to measure is the queue. Every message is one to one recipient, whose
/// domain follows from its number.
final class BenchSpool: Spool {
    private struct State {
        var noted = 0
        var target = Int.max
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let facts: [QueuedMessage]
    private let content: Content
    private let numbers = Atomic<UInt64>(0)
    private let state = Mutex(State())

    init(domains: Int) {
        let content = Content(original: Array("From: a@bench.example\r\n\r\n.\r\n".utf8))
        self.content = content
        facts = (0..<domains).map { number in
            let recipient = Mailbox(localPart: "recipient", domain: BenchText.domain(number))
            return BenchText.facts(BenchText.envelope(to: [recipient]), size: content.count)
        }
    }

    var size: Int { content.count }

    var isHealthy: Bool { true }

    func accept(_ message: AcceptedMessage) async throws(JournalFailure) -> UInt64 {
        numbers.wrappingAdd(1, ordering: .relaxed).newValue
    }

    func note(_ records: [JournalNote]) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.noted += records.count
            guard state.noted >= state.target else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    func commit(_ records: [JournalNote]) async -> Bool {
        note(records)
        return true
    }

    func load(_ number: UInt64) async throws(JournalFailure) -> AcceptedMessage {
        AcceptedMessage(
            id: UUIDv7(high: 0, low: number), tenant: BenchText.tenant, at: WallTime(milliseconds: 0),
            facts: facts[Int(number % UInt64(facts.count))], content: content)
    }

    /// Outcomes that the queue has handed over.
    var noted: Int { state.withLock { $0.noted } }

    /// Returns when so many outcomes have been noted since the beginning. One caller at a time.
    func noted(_ target: Int) async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.noted >= target { return true }
                state.target = target
                state.waiter = continuation
                return false
            }
            if isReached { continuation.resume() }
        }
    }
}
