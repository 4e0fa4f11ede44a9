import Hummingbird
import Mail
import Service

/// `GET /v1/queue`: the whole queue in figures.
struct QueueSummaryRoute {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let (caller, queue) = try QueueRoute.operate(context, readiness)
        return Answer.data(QueueJSON.summary(try await queue.summary(by: caller)))
    }
}
