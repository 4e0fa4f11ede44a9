import Hummingbird
import Mail
import Service

/// `GET /dev/inbox`: what the receiving server of `martlet dev` has taken, newest first; one message by its id, whole or
/// as the bytes that came over the wire; `DELETE` empties it. Without a key: `martlet dev` listens on loopback.
struct DevInbox {
    let inbox: any Inbox

    @Sendable func list(_ request: Request, _ context: ControlContext) async throws -> Response {
        let query = Query(request: request)
        let limit = try query.number("limit", default: 50, in: 1...1_000)
        let offset = try query.number("offset", default: 0, in: 0...10_000_000)
        let (messages, total) = await inbox.list(limit: limit, offset: offset)
        return Answer.list(messages.map(Self.row), total: total, limit: limit, offset: offset)
    }

    @Sendable func one(_ request: Request, _ context: ControlContext) async throws -> Response {
        let message = try await message(context)
        let header = HeaderSummary.scan(message.content)
        return Answer.data(
            .object([
                "id": .id(message.id), "received_at": .time(message.receivedAt),
                "from": .string(message.sender?.description ?? ""),
                "to": MessageJSON.texts(message.recipients.map(\.description)), "header_from": .text(header.from),
                "header_to": .text(header.to), "subject": .text(header.subject), "message_id": .text(header.messageID),
                "size": .integer(message.content.count),
                "raw": .string(String(decoding: message.content, as: UTF8.self)),
                "raw_base64": .string(Base64.encode(message.content)),
            ]))
    }

    @Sendable func raw(_ request: Request, _ context: ControlContext) async throws -> Response {
        // Never as HTML, whatever the message says it is: a mail must not run a script on this origin.
        Answer.bytes(
            try await message(context).content, type: "text/plain; charset=utf-8",
            headers: [.xContentTypeOptions: "nosniff", .contentSecurityPolicy: "default-src 'none'; sandbox"])
    }

    @Sendable func clear(_ request: Request, _ context: ControlContext) async throws -> Response {
        await inbox.removeAll()
        return Response(status: .noContent)
    }

    private func message(_ context: ControlContext) async throws -> InboxMessage {
        guard let message = await inbox.message(try context.id("message")) else {
            throw ServiceFailure.notFound("message")
        }
        return message
    }

    private static func row(_ summary: InboxSummary) -> JSONValue {
        .object([
            "id": .id(summary.id), "received_at": .time(summary.receivedAt),
            "from": .string(summary.sender?.description ?? ""),
            "to": MessageJSON.texts(summary.recipients.map(\.description)), "header_from": .string(summary.headerFrom),
            "subject": .string(summary.subject), "message_id": .string(summary.messageID),
            "size": .integer(summary.size),
        ])
    }
}
