import Hummingbird
import Mail
import Service

/// `GET /v1/keys`: without the keys themselves.
struct ListKeys {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        try caller.require(.keysManage)
        return try Page.answer(try await readiness.require().keys.list(by: caller), of: request, KeyJSON.row)
    }
}
