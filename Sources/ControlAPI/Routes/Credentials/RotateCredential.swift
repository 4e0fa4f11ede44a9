import Hummingbird
import Mail
import Service

/// `POST /v1/credentials/{id}/rotate`: the same user, a new password; the old one ends at once.
struct RotateCredential {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        try caller.require(.credentialsManage)
        let rotated = try await readiness.require().credentials.rotate(try context.id("credential"), by: caller)
        return Answer.data(CredentialJSON.created(rotated))
    }
}
