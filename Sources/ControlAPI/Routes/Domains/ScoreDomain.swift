import Hummingbird
import Mail
import Service

/// `GET /v1/domains/{id}/score`: from 0 to 100, of the last check; looks now when there was none.
struct ScoreDomain {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        try caller.require(.domainsRead)
        let scored = try await readiness.require().domains.score(try context.id("domain"), by: caller)
        return Answer.data(DomainJSON.score(scored))
    }
}
