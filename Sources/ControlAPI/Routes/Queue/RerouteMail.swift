import Hummingbird
import Mail
import Service

/// `POST /v1/queue/reroute`: from now on the deliveries take another pool; `pool: null`, the one of the configuration.
/// With `and_later` also what is accepted later.
struct RerouteMail {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let (caller, queue) = try QueueRoute.operate(context, readiness)
        let (target, more) = try await QueueBody.target(request) { reader in
            (namesPool: reader.has("pool"), pool: reader.text("pool"), andLater: reader.flag("and_later") ?? false)
        }
        guard more.namesPool else {
            throw APIFailure.wrongTypes([
                .init(
                    field: "pool", value: "",
                    message: "Name the pool to take; null means the one that the configuration says.")
            ])
        }
        return Answer.data(
            QueueJSON.verb(
                try await queue.reroute(target, to: more.pool, andLater: more.andLater, by: caller)))
    }
}
