import Hummingbird
import Mail
import Service

/// `POST /v1/queue/cancel`: the deliveries are taken out of the queue; their senders hear nothing.
struct CancelMail {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let (caller, queue) = try QueueRoute.operate(context, readiness)
        let (target, _) = try await QueueBody.target(request) { _ in }
        return Answer.data(QueueJSON.verb(try await queue.cancel(target, by: caller)))
    }
}
