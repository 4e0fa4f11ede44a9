package import Mail
import Synchronization

/// A queue that only remembers what it was given.
package final class MemoryIntake: Intake {
    private struct State {
        var submissions: [Submission] = []
        var refusal: Refusal?
    }

    private let state = Mutex(State())
    private let time: any TimeSource

    package init(time: any TimeSource) { self.time = time }

    package var submissions: [Submission] { state.withLock { $0.submissions } }

    /// While this is set nothing is accepted.
    package var refusal: Refusal? {
        get { state.withLock { $0.refusal } }
        set { state.withLock { $0.refusal = newValue } }
    }

    package func accept(_ submission: Submission) async throws(Refusal) -> Receipt {
        let at = time.wall
        let (number, refusal) = state.withLock { state in
            if state.refusal == nil { state.submissions.append(submission) }
            return (state.submissions.count, state.refusal)
        }
        if let refusal { throw refusal }
        let id = submission.id ?? UUIDv7(at: at, random: (UInt64(number), UInt64(number)))
        return Receipt(id: id, messageID: "<\(id)@test.invalid>", offset: UInt64(number), acceptedAt: at)
    }
}
