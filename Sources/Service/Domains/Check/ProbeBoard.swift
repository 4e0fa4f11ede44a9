import Mail
import Synchronization

/// Where the answers of a check come in, in any order, until all are there or the time is up. Whoever comes later is
/// not listened to any more.
final class ProbeBoard: Sendable {
    private struct State {
        var findings: [DomainFinding]
        var missing: Int
        var isClosed = false
        var reader: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    /// - Parameter late: what each place says until its answer has come.
    init(late: [DomainFinding]) { state = Mutex(State(findings: late, missing: late.count)) }

    func put(_ finding: DomainFinding, at index: Int) {
        wake { state in
            guard !state.isClosed else { return }
            state.findings[index] = finding
            state.missing -= 1
            if state.missing == 0 { state.isClosed = true }
        }
    }

    func close() { wake { $0.isClosed = true } }

    /// To be called once.
    func findings() async -> [DomainFinding] {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isClosed = state.withLock { state in
                    if !state.isClosed, state.missing > 0 { state.reader = continuation }
                    return state.isClosed || state.missing == 0
                }
                if isClosed { continuation.resume() }
            }
        } onCancel: {
            close()
        }
        return state.withLock { $0.findings }
    }

    private func wake(_ change: (inout sending State) -> Void) {
        let reader = state.withLock { state -> CheckedContinuation<Void, Never>? in
            change(&state)
            guard state.isClosed else { return nil }
            return state.reader.take()
        }
        reader?.resume()
    }
}
