import Hummingbird
import Mail
import Service

/// `GET /v1/queue/sites/{site}`: one site in full. 404 when it has no mail and is not suspended.
struct GetSite {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let (caller, queue) = try QueueRoute.operate(context, readiness)
        let name = try QueueRoute.name("site", context, "site")
        return Answer.data(SiteJSON.shown(try await queue.site(name, by: caller)))
    }
}
