import Hummingbird
import Mail
import Service

/// `GET /v1/credentials`: without passwords.
struct ListCredentials {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        try caller.require(.credentialsManage)
        return try Page.answer(
            try await readiness.require().credentials.list(by: caller), of: request, CredentialJSON.row)
    }
}
