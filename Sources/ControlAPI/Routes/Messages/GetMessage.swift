import Hummingbird
import Service

/// `GET /v1/messages/{id}`
struct GetMessage {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        let message = try await readiness.require().messages.message(try context.id("message"), by: caller)
        return Answer.data(MessageJSON.whole(message))
    }
}
