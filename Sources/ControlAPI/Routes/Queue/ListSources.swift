import Hummingbird
import Mail
import Service

/// `GET /v1/sources`: the addresses that mail leaves from, and what each does now.
struct ListSources {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let (caller, queue) = try QueueRoute.operate(context, readiness)
        return Answer.data(.array(try await queue.sources(by: caller).map(EgressJSON.source)))
    }

    @Sendable func refuse(_ request: Request, _ context: ControlContext) async throws -> Response {
        _ = try QueueRoute.operate(context, readiness)
        throw QueueRoute.configured("sources")
    }
}
