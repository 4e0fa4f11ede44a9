import Mail

/// How messages look in the API.
enum MessageJSON {
    /// One line of a list.
    static func row(_ message: MessageView) -> JSONValue {
        .object([
            "id": .id(message.id), "from": .string(message.from), "to": recipients(message.to),
            "subject": .string(message.subject), "status": .string(message.status.rawValue),
            "created_at": .time(message.createdAt),
        ])
    }

    static func whole(_ message: MessageView) -> JSONValue {
        .object([
            "id": .id(message.id), "message_id": .string(message.messageID), "from": .string(message.from),
            "to": recipients(message.to), "subject": .string(message.subject),
            "status": .string(message.status.rawValue),
            "tags": texts(message.tags), "metadata": pairs(message.metadata), "size": .integer(message.size),
            "test": .bool(message.isTest), "created_at": .time(message.createdAt),
            "scheduled_at": .time(message.scheduledAt), "sent_at": .time(message.sentAt),
            "delivered_at": .time(message.deliveredAt), "bounced_at": .time(message.bouncedAt), "opened_at": .null,
            "deliveries": .array(message.deliveries.map(delivery)),
        ])
    }

    /// A string for one recipient, an array for several: what the request may have had.
    static func recipients(_ addresses: [String]) -> JSONValue {
        addresses.count == 1 ? .string(addresses[0]) : texts(addresses)
    }

    static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }

    static func pairs(_ pairs: [(key: String, value: String)]) -> JSONValue {
        .object(JSONObject(members: pairs.map { .init(name: $0.key, value: .string($0.value)) }))
    }

    private static func delivery(_ delivery: DeliveryView) -> JSONValue {
        .object([
            "recipient": .string(delivery.recipient), "status": .string(delivery.status.rawValue),
            "attempts": .integer(delivery.attempts), "next_attempt_at": .time(delivery.nextAttempt),
            "last_reply": .text(delivery.lastReply),
        ])
    }
}
