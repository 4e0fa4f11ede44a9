import Hummingbird
import Mail
import Service

/// `POST /v1/credentials`: a user name and password for SMTP AUTH, shown once.
struct CreateCredential {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        try caller.require(.credentialsManage)
        var reader = JSONReader(try await IncomingBody.object(request))
        let (name, domain) = (reader.text("name"), reader.text("domain"))
        let unknown = try reader.accepted()
        let created = try await readiness.require().credentials.create(name: name ?? "SMTP", domain: domain, by: caller)
        return Answer.data(CredentialJSON.created(created), warnings: unknown, status: .created)
    }
}
