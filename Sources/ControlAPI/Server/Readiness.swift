import Service
import Synchronization

/// The services, once there are any. The HTTP server starts before the journal is read, so that an orchestrator sees a
/// process that lives (`/healthz`) and is not ready (`/readyz`), however long a million queued messages take.
package final class Readiness: Sendable {
    private enum State {
        case starting
        case open(ControlServices)
        case draining
    }

    private let state = Mutex(State.starting)

    package init() {}

    package func open(_ services: ControlServices) { state.withLock { $0 = .open(services) } }
    /// While draining: what still answers is health.
    package func close() { state.withLock { $0 = .draining } }

    /// Why no new work is wanted now; empty when it is.
    var complaints: [String] {
        switch state.withLock({ $0 }) {
        case .starting: ["starting"]
        case .open(let services): services.complaints()
        case .draining: ["draining"]
        }
    }

    func require() throws -> ControlServices {
        switch state.withLock({ $0 }) {
        case .starting: throw APIFailure.starting
        case .open(let services): return services
        case .draining: throw APIFailure.draining
        }
    }
}
