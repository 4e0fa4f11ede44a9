import Hummingbird
import Mail
import Service

/// `GET /v1/domains/{id}`
struct GetDomain {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        try caller.require(.domainsRead)
        return Answer.data(
            DomainJSON.checked(try await readiness.require().domains.get(try context.id("domain"), by: caller)))
    }
}
