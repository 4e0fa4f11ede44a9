import Hummingbird
import Mail
import Service

/// `POST /v1/domains/{id}/verify`: looks at the DNS now, ten seconds at most; a domain that is asked for again at once
/// gets 429 and the time to wait.
struct VerifyDomain {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        try caller.require(.domainsManage)
        let checked = try await readiness.require().domains.verify(try context.id("domain"), by: caller)
        return Answer.data(DomainJSON.checked(checked))
    }
}
