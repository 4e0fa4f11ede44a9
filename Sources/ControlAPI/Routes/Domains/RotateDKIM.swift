import Hummingbird
import Mail
import Service

/// `POST /v1/domains/{id}/dkim/rotate`: a new key pair to publish; signing changes over when its records are seen.
/// 409 while the keys of the last rotation wait to be published, unless the body says `{"force": true}`.
struct RotateDKIM {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        try caller.require(.domainsManage)
        let (force, unknown) = try Self.read(try await IncomingBody.bytes(request))
        let rotated = try await readiness.require().domains.rotate(
            try context.id("domain"), force: force, by: caller)
        return Answer.data(DomainJSON.checked(rotated), warnings: unknown)
    }

    /// The body may be left out.
    static func read(_ body: [UInt8]) throws -> (force: Bool, unknown: [String]) {
        guard !body.isEmpty else { return (false, []) }
        var reader = JSONReader(try IncomingBody.object(body))
        let force = reader.flag("force") ?? false
        return (force, try reader.accepted())
    }
}
