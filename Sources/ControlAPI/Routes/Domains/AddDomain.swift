import Hummingbird
import Mail
import Service

/// `POST /v1/domains`: makes two DKIM keys and says what to publish.
struct AddDomain {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        try caller.require(.domainsManage)
        var reader = JSONReader(try await IncomingBody.object(request))
        let name = reader.text("domain") ?? reader.text("name")
        let unknown = try reader.accepted()
        let added = try await readiness.require().domains.add(name ?? "", by: caller)
        return Answer.data(DomainJSON.shown(added), warnings: unknown, status: .created)
    }
}
