import Hummingbird
import Mail
import Service

/// `POST /v1/messages/batch`: 202 when every message that was accepted would survive a power cut. Each is accepted or
/// fails for itself; where none is accepted the answer is an error.
struct SendBatch {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        // Before the body, and before idempotency keeps the refusal for a key that may send.
        try caller.require(.messagesSend)
        let query = Query(request: request)
        if query.flag("dry_run") {
            throw APIFailure.badQuery("dry_run", query.text("dry_run") ?? "", "is possible for a single send only")
        }
        let services = try readiness.require()
        let body = try await IncomingBody.bytes(request)
        // However short it is: a thousand messages are composed, and of a mail merge each is more than the body says.
        return try await LongWork.run(bytes: .max) {
            try await answer(request, body, context, caller, services)
        }
    }

    private func answer(
        _ request: Request, _ body: [UInt8], _ context: ControlContext, _ caller: Caller, _ services: ControlServices
    ) async throws -> Response {
        let object = try IncomingBody.object(body)
        let (batch, unknown) = try BatchBody.read(object, clientAddress: context.clientAddress)
        let route = caller.isTest ? "messages/batch/test" : "messages/batch"
        return try await Idempotent.answer(
            request, body: body, object: object, route: route, caller: caller, services: services,
            requestID: context.requestID
        ) { identity in
            var identified = batch
            identified.identity = identity
            let items = try await services.messages.send(identified, by: caller)
            return Answer.Stored(
                status: 202, body: Answer.dataBytes(BatchJSON.shown(items), warnings: unknown),
                isFinal: !items.contains(where: \.isOpen))
        }
    }
}
