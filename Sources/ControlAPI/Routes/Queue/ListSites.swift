import Hummingbird
import Mail
import Service

/// `GET /v1/queue/sites?limit=`: the fullest first. `has_more` says that there are others.
struct ListSites {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let (caller, queue) = try QueueRoute.operate(context, readiness)
        let limit = try Query(request: request).number("limit", default: 50, in: 1...1_000)
        let sites = try await queue.sites(limit: limit + 1, by: caller)
        let shown = sites.prefix(limit)
        return Answer.json(
            .object([
                "data": .array(shown.map(SiteJSON.shown)),
                "meta": .object([
                    "count": .integer(shown.count), "limit": .integer(limit), "has_more": .bool(sites.count > limit),
                ]),
            ]))
    }
}
