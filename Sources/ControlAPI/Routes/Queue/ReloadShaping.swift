import Hummingbird
import Mail
import Service

/// `POST /v1/shaping/reload`: reads `shaping.yaml` anew. 422 names what is wrong, and the rules in force stay.
struct ReloadShaping {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let (caller, queue) = try QueueRoute.operate(context, readiness)
        return Answer.data(.object(["rules": .integer(try await queue.reloadShaping(by: caller))]))
    }
}
