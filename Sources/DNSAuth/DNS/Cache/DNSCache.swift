import Mail
import Synchronization

/// The resolver's cache, readable from every thread without a hop to the resolver's loop.
final class DNSCache: Sendable {
    private struct State: Sendable {
        var table: AnswerCache
        var counts = ResolverCounts()
    }

    private let state: Mutex<State>
    private let time: any TimeSource

    init(capacity: Int, time: any TimeSource) {
        state = Mutex(State(table: AnswerCache(capacity: capacity)))
        self.time = time
    }

    func answer(to question: Question) -> CachedAnswer? {
        let now = time.now
        return state.withLock { state in
            let answer = state.table.answer(to: question, at: now)
            if answer != nil { state.counts.hits += 1 }
            return answer
        }
    }

    func keep(_ answer: CachedAnswer, for question: Question, ttl: UInt32) {
        let now = time.now
        state.withLock { $0.table.keep(answer, for: question, ttl: ttl, at: now) }
    }

    func count(_ change: (inout ResolverCounts) -> Void) { state.withLock { change(&$0.counts) } }

    var counts: ResolverCounts {
        state.withLock { state in
            var counts = state.counts
            counts.cached = state.table.count
            return counts
        }
    }
}

/// What the resolver has done since it was made, for metrics and tests.
package struct ResolverCounts: Hashable, Sendable {
    package var hits = 0
    /// Questions that led to at least one query.
    package var misses = 0
    /// Questions that found an equal one in flight and waited for its answer.
    package var coalesced = 0
    /// Queries sent, by UDP and by TCP.
    package var datagrams = 0
    package var streams = 0
    package var failures = 0
    /// Answers held now.
    package var cached = 0
}
