import Mail
import Synchronization

/// What an operator has said and is not durable yet.
struct PendingVerb: Sendable {
    var change: WarmupChange
    var targets: [UInt32]
    var answer: CheckedContinuation<Result<[WarmupProgress], WarmupFailure>, Never>
}

extension DailyCounters: WarmupDesk {
    package func warmups() -> [WarmupProgress] {
        change { book in
            book.look(at: time.now) { time.wall }
            return book.progress
        }
    }

    package func hold(
        source: String, group: String?, _ hold: WarmupHold
    ) async throws(WarmupFailure) -> [WarmupProgress] {
        try await perform(.hold(hold), source, group)
    }

    package func resume(source: String, group: String?) async throws(WarmupFailure) -> [WarmupProgress] {
        try await perform(.resume, source, group)
    }

    package func setStage(
        source: String, group: String?, _ stage: Int
    ) async throws(WarmupFailure) -> [WarmupProgress] {
        try await perform(.setStage(stage), source, group)
    }

    private func perform(
        _ change: WarmupChange, _ source: String, _ group: String?
    ) async throws(WarmupFailure) -> [WarmupProgress] {
        let targets = try state.withLock { $0.book.targets(source: source, group: group) }.get()
        guard store != nil else {
            return try self.change { book in
                book.look(at: time.now) { time.wall }
                return book.preview(change, of: targets, after: [:]).map { _ in
                    book.perform(change, on: targets)
                    return targets.compactMap(book.progress)
                }
            }.get()
        }
        // The writer does it, so that no older write overtakes it.
        let result = await withCheckedContinuation { answer in
            let isOpen = state.withLock { state in
                guard case .running = state.phase else { return false }
                state.verbs.append(PendingVerb(change: change, targets: targets, answer: answer))
                return true
            }
            if isOpen { bell.yield() } else { answer.resume(returning: .failure(.shuttingDown)) }
        }
        return try result.get()
    }
}
