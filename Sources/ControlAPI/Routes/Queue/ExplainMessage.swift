import Hummingbird
import Mail
import Service

/// `GET /v1/messages/{id}/explain`: why each delivery is where it is, and when it can leave.
struct ExplainMessage {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        let queue = try QueueRoute.queue(readiness)
        return Answer.data(ExplainJSON.shown(try await queue.explain(try context.id("message"), by: caller)))
    }
}
