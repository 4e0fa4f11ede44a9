import Hummingbird
import Mail
import Service

/// `GET /v1/queue/holds`: every suspension in force, by operators and by rules.
struct ListHolds {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let (caller, queue) = try QueueRoute.operate(context, readiness)
        return Answer.data(.array(try await queue.holds(by: caller).map(QueueJSON.hold)))
    }
}
