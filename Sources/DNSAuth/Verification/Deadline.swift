import Mail
import Synchronization

/// The moment at which everybody who still waits for an answer stops waiting.
final class Deadline: Sendable {
    private struct State {
        var isOver = false
        var next = 0
        var waiting: [Int: @Sendable () -> Void] = [:]
    }

    private let state = Mutex(State())

    /// `nil`: it is over already.
    func register(_ giveUp: @escaping @Sendable () -> Void) -> Int? {
        state.withLock { state in
            guard !state.isOver else { return nil }
            state.next += 1
            state.waiting[state.next] = giveUp
            return state.next
        }
    }

    func forget(_ number: Int) { state.withLock { _ = $0.waiting.removeValue(forKey: number) } }

    func expire() {
        let waiting = state.withLock { state in
            state.isOver = true
            defer { state.waiting = [:] }
            return state.waiting.values.map { $0 }
        }
        for giveUp in waiting { giveUp() }
    }
}

/// A resolver whose questions fail with `timeout` once the deadline is over, whether or not the one behind it ever
/// answers. A question given up goes on in the background, for whoever asks next.
struct DeadlineResolver: Resolver {
    private let resolver: any Resolver
    private let deadline: Deadline

    init(_ resolver: any Resolver, _ deadline: Deadline) {
        self.resolver = resolver
        self.deadline = deadline
    }

    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> {
        try await bound { [resolver] () throws(ResolverFailure) in try await resolver.mx(name) }
    }

    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> {
        try await bound { [resolver] () throws(ResolverFailure) in try await resolver.addresses(name) }
    }

    func addresses(_ name: String, family: IPFamily) async throws(ResolverFailure) -> Answer<IPAddress> {
        try await bound { [resolver] () throws(ResolverFailure) in
            try await resolver.addresses(name, family: family)
        }
    }

    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> {
        try await bound { [resolver] () throws(ResolverFailure) in try await resolver.txt(name) }
    }

    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> {
        try await bound { [resolver] () throws(ResolverFailure) in try await resolver.tlsa(name) }
    }

    func alias(_ name: String) async throws(ResolverFailure) -> Answer<String> {
        try await bound { [resolver] () throws(ResolverFailure) in try await resolver.alias(name) }
    }

    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> {
        try await bound { [resolver] () throws(ResolverFailure) in try await resolver.ptr(address) }
    }

    private func bound<Record>(
        _ question: @escaping @Sendable () async throws(ResolverFailure) -> Answer<Record>
    ) async throws(ResolverFailure) -> Answer<Record> {
        let pending = PendingAnswer<Record>()
        guard let number = deadline.register({ pending.finish(.failure(.timeout)) }) else { throw .timeout }
        defer { deadline.forget(number) }
        Task {
            do throws(ResolverFailure) {
                pending.finish(.success(try await question()))
            } catch {
                pending.finish(.failure(error))
            }
        }
        let result = await withTaskCancellationHandler {
            await pending.result()
        } onCancel: {
            pending.finish(.failure(.cancelled))
        }
        return try result.get()
    }
}

/// One answer that somebody waits for; whoever comes first gives it.
private final class PendingAnswer<Record: Sendable & Hashable>: Sendable {
    typealias Outcome = Result<Answer<Record>, ResolverFailure>

    private struct State {
        var outcome: Outcome?
        var continuation: CheckedContinuation<Outcome, Never>?
    }

    private let state = Mutex(State())

    func finish(_ outcome: Outcome) {
        let waiting: CheckedContinuation<Outcome, Never>? = state.withLock { state in
            guard state.outcome == nil else { return nil }
            state.outcome = outcome
            return state.continuation.take()
        }
        waiting?.resume(returning: outcome)
    }

    func result() async -> Outcome {
        await withCheckedContinuation { continuation in
            let outcome: Outcome? = state.withLock { state in
                if state.outcome == nil { state.continuation = continuation }
                return state.outcome
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
    }
}
