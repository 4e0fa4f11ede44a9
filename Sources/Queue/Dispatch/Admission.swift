import Mail
import Synchronization

/// Deliveries on their way to a shard, with the route where it is known.
struct Admission: Sendable {
    var parcel: Parcel
    var route: Route?
}

/// The only way into a shard from another thread. Many put in, one takes everything at once: however many sessions one
/// group commit resumes, the shard wakes up once.
final class AdmissionBox: Sendable {
    private struct State {
        var items: [Admission] = []
        var waiter: CheckedContinuation<Bool, Never>?
        var isClosed = false
        /// Something else has come than mail.
        var isRung = false
    }

    private let state = Mutex(State())

    func put(_ admission: Admission) {
        let waiter = state.withLock { state in
            state.items.append(admission)
            return Self.takeWaiter(&state)
        }
        waiter?.resume(returning: true)
    }

    /// Has the shard look around although no mail has come.
    func ring() {
        let waiter = state.withLock { state in
            state.isRung = true
            return Self.takeWaiter(&state)
        }
        waiter?.resume(returning: true)
    }

    func put(_ admissions: [Admission]) {
        guard !admissions.isEmpty else { return }
        let waiter = state.withLock { state in
            state.items.append(contentsOf: admissions)
            return Self.takeWaiter(&state)
        }
        waiter?.resume(returning: true)
    }

    /// Everything that has come since the last call.
    func take() -> [Admission] {
        state.withLock { state in
            var taken: [Admission] = []
            swap(&taken, &state.items)
            state.isRung = false
            return taken
        }
    }

    /// Returns when there is something to take: `true`, or when the box is closed: `false`. One caller at a time.
    func wait() async -> Bool {
        await withCheckedContinuation { continuation in
            let answer: Bool? = state.withLock { state in
                if !state.items.isEmpty || state.isRung { return true }
                if state.isClosed { return false }
                state.waiter = continuation
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    func close() {
        let waiter = state.withLock { state in
            state.isClosed = true
            return Self.takeWaiter(&state)
        }
        waiter?.resume(returning: false)
    }

    private static func takeWaiter(_ state: inout State) -> CheckedContinuation<Bool, Never>? {
        defer { state.waiter = nil }
        return state.waiter
    }
}
