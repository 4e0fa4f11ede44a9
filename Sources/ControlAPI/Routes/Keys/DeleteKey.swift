import Hummingbird
import Mail
import Service

/// `DELETE /v1/keys/{id}`: it ends at once.
struct DeleteKey {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        try caller.require(.keysManage)
        try await readiness.require().keys.delete(try context.id("key"), by: caller)
        return Response(status: .noContent)
    }
}
