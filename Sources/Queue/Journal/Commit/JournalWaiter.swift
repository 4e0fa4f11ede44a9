import Synchronization

/// Whoever waits for a record to be durable: one caller for one record, or one caller for many.
enum JournalWaiter: Sendable {
    typealias Outcome = Result<UInt64, JournalFailure>

    case alone(CheckedContinuation<Outcome, Never>)
    /// The record at this place of the group's.
    case part(JournalGroup, place: Int)

    /// Once for each record.
    func resume(returning outcome: Outcome) {
        switch self {
        case .alone(let continuation): continuation.resume(returning: outcome)
        case .part(let group, let place): group.settle(place, outcome)
        }
    }
}

/// Many records that one caller brings and waits for together: it wakes up once, when the last of them is settled. They
/// need not share a commit: a segment may end between two of them.
final class JournalGroup: Sendable {
    typealias Waiter = CheckedContinuation<[JournalWaiter.Outcome], Never>

    private struct State {
        var outcomes: [JournalWaiter.Outcome]
        var open: Int
    }

    private let state: Mutex<State>
    private let waiter: Waiter

    /// - Parameter count: how many records; at least one.
    init(count: Int, waiter: Waiter) {
        state = Mutex(State(outcomes: Array(repeating: .failure(.closed), count: count), open: count))
        self.waiter = waiter
    }

    func settle(_ place: Int, _ outcome: JournalWaiter.Outcome) {
        let outcomes = state.withLock { state -> [JournalWaiter.Outcome]? in
            state.outcomes[place] = outcome
            state.open -= 1
            guard state.open == 0 else { return nil }
            // Nobody asks again: the array leaves without a copy.
            var all: [JournalWaiter.Outcome] = []
            swap(&all, &state.outcomes)
            return all
        }
        if let outcomes { waiter.resume(returning: outcomes) }
    }

    /// None of the records was taken.
    func refuse(with failure: JournalFailure) {
        let count = state.withLock { $0.open }
        for place in 0..<count { settle(place, .failure(failure)) }
    }
}
