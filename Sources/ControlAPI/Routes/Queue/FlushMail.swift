import Hummingbird
import Mail
import Service

/// `POST /v1/queue/flush`: what waits for its next attempt is due now, and a site's back-off ends.
struct FlushMail {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let (caller, queue) = try QueueRoute.operate(context, readiness)
        let (target, _) = try await QueueBody.target(request) { _ in }
        return Answer.data(QueueJSON.verb(try await queue.flush(target, by: caller)))
    }
}
