import Hummingbird
import Mail
import Service

/// `DELETE /v1/credentials/{id}`
struct DeleteCredential {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        try caller.require(.credentialsManage)
        try await readiness.require().credentials.delete(try context.id("credential"), by: caller)
        return Response(status: .noContent)
    }
}
