import Hummingbird
import Mail
import Service

/// `DELETE /v1/domains/{id}`: mail from it is no longer signed.
struct DeleteDomain {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        try caller.require(.domainsManage)
        try await readiness.require().domains.delete(try context.id("domain"), by: caller)
        return Response(status: .noContent)
    }
}
