import Hummingbird
import Mail
import Service

/// `GET /v1/domains`
struct ListDomains {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        try caller.require(.domainsRead)
        let domains = try await readiness.require().domains.list(by: caller)
        return try Page.answer(domains, of: request, DomainJSON.shown)
    }
}
