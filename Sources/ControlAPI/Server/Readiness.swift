import Service
import Synchronization

/// The services, once there are any. The HTTP server starts before the journal is read, so that an orchestrator sees a
/// process that lives (`/healthz`) and is not ready (`/readyz`), however long a million queued messages take.
package final class Readiness: Sendable {
    private let state = Mutex<ControlServices?>(nil)

    package init() {}

    package func open(_ services: ControlServices) { state.withLock { $0 = services } }
    /// While draining: what still answers is health.
    package func close() { state.withLock { $0 = nil } }

    var services: ControlServices? { state.withLock { $0 } }

    func require() throws -> ControlServices {
        guard let services else { throw APIFailure.starting }
        return services
    }
}
