import GRDB
import Mail

/// Turns rows into the events of the contract.
enum EventRendering {
    static func queued(_ message: Row, recipients: [String]) throws -> EventView {
        let messageID = try message.text("message_id")
        let size: Int64 = message["size"]
        let detail = JSONText.object { json in
            json.member("recipients", recipients)
            json.member("message_id", messageID)
            json.member("size", size)
            json.member("scheduled_at", message.optionalTime("scheduled_at")?.rfc3339)
        }
        return EventView(
            id: try message.id("event"), offset: try offset(message), type: "queued",
            at: try message.time("created_at"), detail: detail)
    }

    /// - Parameter rules: say what refusals mean. They are asked when an event is read, so that better rules tell
    ///   better of what happened before.
    static func views(_ row: Row, recipients: [String], rules: BounceRules) throws -> [EventView] {
        guard let kind = EventKind(rawValue: row["kind"]) else { throw DamagedRow(column: "kind") }
        let id = try row.id("id")
        let position = try offset(row)
        let at = try row.time("at")
        func view(_ type: String, _ detail: String, id: UUIDv7 = id) -> EventView {
            EventView(id: id, offset: position, type: type, at: at, detail: detail)
        }
        switch kind {
        case .deferred: return [view("deferred", try attempt(row, rules))]
        case .delivered:
            // One answer is both: the host was handed the message, and took it.
            let detail = try attempt(row, rules)
            return [view("sent", detail, id: id.sibling), view("delivered", detail)]
        case .bounced:
            let reason = (row["reason"] as Int64?).flatMap { BounceReason(rawValue: UInt8(truncatingIfNeeded: $0)) }
            guard let reason else { throw DamagedRow(column: "reason") }
            switch DeliveryState(.bounced(reason)) {
            case .cancelled: return [view("cancelled", try attempt(row, rules))]
            case .failed: return [view("failed", try attempt(row, rules))]
            case .bounced, .queued, .deferred, .delivered: return [view("bounced", try attempt(row, rules))]
            }
        case .cancelled:
            let numbers = StringList.decode(try row.text("recipient")).compactMap { Int($0) }
            let detail = JSONText.object { json in
                json.member("recipients", numbers.filter(recipients.indices.contains).map { recipients[$0] })
            }
            return [view("cancelled", detail)]
        case .bouncedByOperator:
            let numbers = StringList.decode(try row.text("recipient")).compactMap { Int($0) }
            let by: String? = row["host"]
            let words: String? = row["reply"]
            // No host has said anything, and nothing is wrong with the address.
            let detail = JSONText.object { json in
                json.member("recipients", numbers.filter(recipients.indices.contains).map { recipients[$0] })
                json.member("class", BounceClass.undetermined.rawValue)
                json.member("category", BounceCategory.undetermined.rawValue)
                json.member("reason", "operator")
                json.member("diagnostic", OperatorBounce.text(words ?? ""))
                json.member("by", by)
            }
            return [view("bounced", detail)]
        }
    }

    private static func attempt(_ row: Row, _ rules: BounceRules) throws -> String {
        let recipient = try row.text("recipient")
        let reason: Int64? = row["reason"]
        let code: Int64? = row["code"]
        let enhanced: String? = row["enhanced"]
        let reply: String? = row["reply"]
        let kind: Int64 = row["kind"]
        let host = (row["host"] as String?) ?? ""
        let answer = code.map {
            Reply(
                code: UInt16(clamping: $0), enhanced: enhanced.flatMap { EnhancedStatus($0) }, text: reply ?? "")
        }
        return JSONText.object { json in
            json.member("recipient", recipient)
            if let raw = reason.map({ UInt8(truncatingIfNeeded: $0) }) {
                if kind == EventKind.bounced.rawValue, let why = BounceReason(rawValue: raw) {
                    let attempts = Int(clamping: (row["attempt"] as Int64?) ?? 1)
                    let verdict = rules.verdict(on: why, reply: answer, host: host, attempts: attempts)
                    json.member("class", verdict.kind.rawValue)
                    json.member("category", verdict.category.rawValue)
                    json.member("reason", why.name)
                    json.member("diagnostic", reply ?? why.text)
                } else if kind == EventKind.deferred.rawValue, let why = DeferralReason(rawValue: raw) {
                    let verdict = rules.verdict(on: why, reply: answer, host: host)
                    json.member("class", verdict.kind.rawValue)
                    json.member("category", verdict.category.rawValue)
                    json.member("reason", why.name)
                    json.member("diagnostic", reply ?? why.words)
                }
            } else {
                json.member("diagnostic", reply)
            }
            json.member("smtp_code", code)
            json.member("enhanced_code", enhanced)
            json.member("mx", host.isEmpty ? nil : host)
            json.member("address", row["address"] as String?)
            json.member("tls", row["tls"] as String?)
            json.member("attempt", row["attempt"] as Int64?)
            json.member("duration_ms", row["elapsed"] as Int64?)
            json.member("next_attempt_at", row.optionalTime("next_attempt")?.rfc3339)
        }
    }

    private static func offset(_ row: Row) throws -> UInt64 {
        guard let position: Int64 = row["position"] else { throw DamagedRow(column: "position") }
        return UInt64(bitPattern: position)
    }
}

extension UUIDv7 {
    /// A second identifier from the same journal record: the top one of its 62 random bits turned over.
    fileprivate var sibling: UUIDv7 { UUIDv7(high: high, low: low ^ 0x2000_0000_0000_0000) }
}
