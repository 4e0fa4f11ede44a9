import Hummingbird
import Mail
import Service

/// `GET /v1/messages/{id}/events`: in the order they happened.
struct MessageEvents {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        let events = try await readiness.require().messages.events(of: try context.id("message"), by: caller)
        return Answer.data(.array(events.map(Self.shown)))
    }

    private static func shown(_ event: EventView) -> JSONValue {
        // The projection wrote this JSON; what cannot be read back is shown as the empty object that the contract wants.
        let detail = (try? JSONParser.parse(Array(event.detail.utf8))) ?? .object([:])
        return .object([
            "id": .id(event.id), "type": .string(event.type), "timestamp": .time(event.at),
            "offset": .integer(event.offset), "metadata": detail,
        ])
    }
}
