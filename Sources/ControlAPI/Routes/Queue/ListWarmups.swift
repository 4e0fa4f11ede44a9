import Hummingbird
import Mail
import Service

/// `GET /v1/warmup`: how far each source has come with each group of providers.
struct ListWarmups {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let (caller, queue) = try QueueRoute.operate(context, readiness)
        return Answer.data(.array(try await queue.warmups(by: caller).map(WarmupJSON.shown)))
    }

    @Sendable func refuse(_ request: Request, _ context: ControlContext) async throws -> Response {
        _ = try QueueRoute.operate(context, readiness)
        throw QueueRoute.configured("warm-up plans")
    }
}
