import Hummingbird
import Mail
import Service

/// `GET /v1/pools`: which sources share the mail, and in what proportion.
struct ListPools {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let (caller, queue) = try QueueRoute.operate(context, readiness)
        return Answer.data(.array(try await queue.pools(by: caller).map(EgressJSON.pool)))
    }

    @Sendable func refuse(_ request: Request, _ context: ControlContext) async throws -> Response {
        _ = try QueueRoute.operate(context, readiness)
        throw QueueRoute.configured("pools")
    }
}
