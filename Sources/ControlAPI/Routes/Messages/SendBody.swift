import Mail
import Service

/// Reads the body of `POST /v1/messages/send`. Types are judged here, meaning in `MessageService`.
enum SendBody {
    static func read(_ object: JSONObject) throws -> (request: SendRequest, unknown: [String]) {
        var reader = JSONReader(object)
        let request = read(&reader)
        return (request, try reader.accepted())
    }

    /// The members of one send, wherever it stands.
    static func read(_ reader: inout JSONReader) -> SendRequest {
        var request = SendRequest()
        request.from = reader.text("from")
        request.to = reader.texts("to") ?? []
        request.cc = reader.texts("cc") ?? []
        request.bcc = reader.texts("bcc") ?? []
        request.replyTo = reader.texts("reply_to") ?? []
        request.subject = reader.text("subject")
        request.html = reader.text("html")
        request.text = reader.text("text")
        request.headers = (reader.pairs("headers") ?? []).map { (name: $0.key, value: $0.value) }
        request.templateID = reader.text("template_id")
        request.templateData = reader.object("template_data").map { TemplateValue(.object($0)) }
        request.tags = reader.texts("tags") ?? []
        request.metadata = reader.pairs("metadata") ?? []
        request.scheduledAt = reader.text("scheduled_at")
        // The engine does not know recipients' habits yet: the wish is taken and changes nothing.
        _ = reader.flag("optimize_send_time")
        _ = reader.text("idempotency_key")
        if let stream = reader.text("stream") {
            switch stream {
            case "transactional": request.stream = .transactional
            case "broadcast": request.stream = .broadcast
            default: reader.refuse("stream", .string(stream), "must be 'transactional' or 'broadcast'")
            }
        }
        if let tracking = reader.object("tracking") {
            var nested = reader.nested(tracking, "tracking")
            request.tracking = SendTracking(opens: nested.flag("opens") ?? true, clicks: nested.flag("clicks") ?? true)
            reader.absorb(nested)
        }
        for (index, object) in (reader.objects("attachments") ?? []).enumerated() {
            var nested = reader.nested(object, "attachments[\(index)]")
            request.attachments.append(
                SendAttachment(
                    filename: nested.text("filename") ?? "",
                    content: nested.text("content").flatMap { Base64.decode($0) },
                    contentType: nested.text("content_type"), contentID: nested.text("content_id")))
            reader.absorb(nested)
        }
        return request
    }
}

extension TemplateValue {
    init(_ value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .number(let digits): self = .number(digits)
        case .string(let text): self = .text(text)
        case .array(let values): self = .list(values.map(TemplateValue.init))
        case .object(let object): self = .object(object.members.map { Member($0.name, TemplateValue($0.value)) })
        }
    }
}
