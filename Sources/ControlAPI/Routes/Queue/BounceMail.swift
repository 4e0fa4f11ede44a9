import Hummingbird
import Mail
import Service

/// `POST /v1/queue/bounce`: the deliveries are given up as failed, for the reason that must be given. No failure notice
/// is mailed; events and `GET /v1/messages/{id}` have it.
struct BounceMail {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let (caller, queue) = try QueueRoute.operate(context, readiness)
        let (target, reason) = try await QueueBody.target(request) { $0.text("reason") }
        return Answer.data(QueueJSON.verb(try await queue.bounce(target, reason: reason, by: caller)))
    }
}
