import Hummingbird
import Mail
import Service

/// `POST /v1/messages/send`: 202 when the message would survive a power cut. `?dry_run=true` queues nothing and answers
/// with the exact bytes.
struct SendMessage {
    let readiness: Readiness

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        let caller = try context.authenticated()
        // Before the body, and before idempotency keeps the refusal for a key that may send.
        try caller.require(.messagesSend)
        let services = try readiness.require()
        let body = try await IncomingBody.bytes(request)
        return try await LongWork.run(bytes: body.count) {
            try await answer(request, body, context, caller, services)
        }
    }

    private func answer(
        _ request: Request, _ body: [UInt8], _ context: ControlContext, _ caller: Caller, _ services: ControlServices
    ) async throws -> Response {
        let object = try IncomingBody.object(body)
        var (send, unknown) = try SendBody.read(object)
        send.clientAddress = context.clientAddress
        if Query(request: request).flag("dry_run") {
            return Answer.data(Self.shown(try await services.messages.dryRun(send, by: caller)), warnings: unknown)
        }
        let wanted = send
        // What a test key has sent nobody has: a live key with the same Idempotency-Key must not be told that it was.
        let route = caller.isTest ? "messages/send/test" : "messages/send"
        return try await Idempotent.answer(
            request, body: body, object: object, route: route, caller: caller, services: services,
            requestID: context.requestID
        ) { identity in
            var identified = wanted
            identified.identity = identity
            let accepted = try await services.messages.send(identified, by: caller)
            return Answer.Stored(status: 202, body: Answer.dataBytes(Self.shown(accepted), warnings: unknown))
        }
    }

    private static func shown(_ accepted: AcceptedSend) -> JSONValue {
        var object: JSONObject = [
            "id": .id(accepted.id), "message_id": .string(accepted.messageID), "from": .string(accepted.from),
            "to": MessageJSON.recipients(accepted.to), "subject": .string(accepted.subject),
            "status": .string(accepted.status.rawValue), "tags": MessageJSON.texts(accepted.tags),
            "metadata": MessageJSON.pairs(accepted.metadata), "created_at": .time(accepted.createdAt),
        ]
        if let scheduled = accepted.scheduledAt, accepted.status == .scheduled {
            object.append("scheduled_at", .time(scheduled))
        }
        return .object(object)
    }

    private static func shown(_ dry: DryRun) -> JSONValue {
        .object([
            "id": .id(dry.id), "message_id": .string(dry.messageID), "status": .string(dry.status.rawValue),
            "dry_run": .bool(true),
            "envelope": .object([
                "from": .string(dry.envelope.sender?.description ?? ""),
                "to": MessageJSON.texts(dry.envelope.recipients.map(\.mailbox.description)),
            ]),
            "dkim_headers": .string(String(decoding: dry.signatures, as: UTF8.self)),
            "raw": .string(Base64.encode(dry.content)),
            "raw_encoding": .string("base64"), "size": .integer(dry.content.count + dry.signatures.count),
        ])
    }
}
