import Mail
import Service

enum ExplainJSON {
    static func shown(_ explanation: MessageExplanation) -> JSONValue {
        .object([
            "id": .id(explanation.id), "status": .string(explanation.status.rawValue), "at": .time(explanation.at),
            "deliveries": .array(explanation.deliveries.map(delivery)),
        ])
    }

    /// `reason`, `limit` and `hold` are `null` for what has left the queue; `detail` never is.
    static func delivery(_ report: DeliveryReport) -> JSONValue {
        .object([
            "recipient": .string(report.recipient), "destination": .string(report.destination),
            "site": .text(report.site), "pool": .text(report.pool), "state": .string(report.state.rawValue),
            "reason": .text(report.wait?.code.rawValue), "detail": .string(report.detail),
            "limit": QueueJSON.figure(report.wait?.limit), "hold": report.wait?.hold.map(QueueJSON.hold) ?? .null,
            "last_reply": .text(report.lastReply), "attempts": .integer(report.attempts),
            "earliest": .time(report.wait?.earliest), "expires": .time(report.expires),
        ])
    }
}
