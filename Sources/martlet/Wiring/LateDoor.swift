import Mail
import Synchronization

/// Stands where intake and policy will be: ports are bound before the engine exists, and serve only after `open`.
final class LateDoor: Intake, SubmissionPolicy {
    private struct House {
        var intake: any Intake
        var policy: any SubmissionPolicy
    }

    private let house = Mutex<House?>(nil)

    func open(intake: any Intake, policy: any SubmissionPolicy) {
        house.withLock { $0 = House(intake: intake, policy: policy) }
    }

    private var open: House? { house.withLock { $0 } }

    func accept(_ submission: Submission) async throws(Refusal) -> Receipt {
        guard let open else { throw .shuttingDown }
        return try await open.intake.accept(submission)
    }

    func accept(batch: [Submission]) async -> [Result<Receipt, Refusal>] {
        guard let open else { return batch.map { _ in .failure(.shuttingDown) } }
        return await open.intake.accept(batch: batch)
    }

    func authenticate(user: String, password: String, from client: IPAddress) async -> Principal? {
        await open?.policy.authenticate(user: user, password: password, from: client)
    }

    var trusted: Principal {
        open?.policy.trusted ?? Principal(tenant: UUIDv7(high: 0, low: 0), user: nil, domains: [])
    }

    func refusal(for principal: Principal, sender: Mailbox?) -> Reply? {
        guard let open else { return Self.closed }
        return open.policy.refusal(for: principal, sender: sender)
    }

    func refusal(for principal: Principal, author: Domain?) -> Reply? {
        guard let open else { return Self.closed }
        return open.policy.refusal(for: principal, author: author)
    }

    private static let closed = Reply(code: 421, enhanced: EnhancedStatus(4, 3, 2), text: "Starting, try again")
}
