import Mail
import Synchronization

/// Delivers to nobody, at once, while the gate is open. Before, whoever carries a batch waits, so that a queue can be
/// filled; once it is shut for good, batches go back.
final class GatedTransport: Transport {
    private enum Gate: Sendable {
        case closed([CheckedContinuation<Bool, Never>])
        case open
        case shut
    }

    private let gate = Mutex(Gate.closed([]))
    private let delivered = Atomic(0)

    /// Recipients so far.
    var count: Int { delivered.load(ordering: .relaxed) }

    func carry(_ batch: DeliveryBatch, on lane: Lane) async -> [Outcome] {
        let count = batch.envelope.recipients.count
        guard await pass() else { return Array(repeating: Outcome(.deferred(.shuttingDown)), count: count) }
        delivered.add(count, ordering: .relaxed)
        return Array(repeating: Outcome(.delivered), count: count)
    }

    private func pass() async -> Bool {
        switch gate.withLock({ $0 }) {
        case .open: return true
        case .shut: return false
        case .closed: break
        }
        return await withCheckedContinuation { continuation in
            let answer = gate.withLock { gate -> Bool? in
                switch gate {
                case .open: return true
                case .shut: return false
                case .closed(var waiting):
                    gate = .open  // lets go of the list, so that it is not copied
                    waiting.append(continuation)
                    gate = .closed(waiting)
                    return nil
                }
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    func open() { change(to: .open, passing: true) }

    func shutDown() async { change(to: .shut, passing: false) }

    /// As `shutDown`, for whoever cannot wait.
    func shut() { change(to: .shut, passing: false) }

    private func change(to next: Gate, passing: Bool) {
        let waiting = gate.withLock { gate in
            defer { gate = next }
            if case .closed(let waiting) = gate { return waiting }
            return []
        }
        for waiter in waiting { waiter.resume(returning: passing) }
    }
}

/// Every domain is a site of its own, known at once.
struct BenchRouter: Router {
    let transport: any Transport

    func knownRoute(to destination: Domain, isTest: Bool) -> RouteDecision? {
        .route(Route(site: destination.text, transport: transport, limits: SiteLimits()))
    }

    func route(to destination: Domain, isTest: Bool) async -> RouteDecision {
        .route(Route(site: destination.text, transport: transport, limits: SiteLimits()))
    }
}

/// Where a queue under measurement would send its notices; there are none.
struct ClosedIntake: Intake {
    func accept(_ submission: Submission) async throws(Refusal) -> Receipt { throw .shuttingDown }
}
