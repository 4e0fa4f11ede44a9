import Mail

/// `martlet explain` and `martlet warmup` as text.
package enum ExplainText {
    package static func explanation(_ answer: OperatorAnswer) -> String {
        let data = answer.data
        let deliveries = data["deliveries"].list
        var lines = ["Message \(QueueText.text(data["id"])) is \(QueueText.text(data["status"]))."]
        for delivery in deliveries {
            let reason = delivery["reason"].string.map { " (\($0))" } ?? ""
            lines += [
                "",
                TerminalText.clean("\(delivery["recipient"].string ?? ""): \(delivery["state"].string ?? "")\(reason)"),
                "  \(QueueText.text(delivery["detail"]))",
            ]
            func add(_ name: String, _ value: String?) {
                if let value, !value.isEmpty { lines.append("  \(name): \(TerminalText.clean(value))") }
            }
            let limit = delivery["limit"]
            let used = limit["used"].number.map { ", \($0) used" } ?? ""
            add("limit", limit["rule"].string.map { "\($0): \(limit["figure"].string ?? "")\(used)" })
            add("site", delivery["site"].string)
            add("pool", delivery["pool"].string)
            add("attempts", delivery["attempts"].whole > 0 ? "\(delivery["attempts"].whole)" : nil)
            add("last reply", delivery["last_reply"].string)
            add("can leave", delivery["earliest"].string)
            add("given up at", delivery["expires"].string)
        }
        return QueueText.joined(lines)
    }

    package static func warmups(_ answer: OperatorAnswer) -> String {
        let warmups = answer.data.list
        guard !warmups.isEmpty else { return "Nothing is being warmed up.\n" }
        var table = TextTable([
            .text("SOURCE"), .text("GROUP"), .text("PLAN"), .text("STATE"), .text("STAGE"), .number("SENT"),
            .number("CAP"), .number("DELIVERED"), .number("NEEDED"), .text("DONE BY"), .text("TODAY"),
        ])
        for warmup in warmups {
            table.add([
                QueueText.text(warmup["source"]), QueueText.text(warmup["group"]), QueueText.text(warmup["plan"]),
                QueueText.text(warmup["state"]), "\(warmup["stage"].whole)/\(warmup["stages"].whole)",
                Figures.count(warmup["sent"].whole), warmup["cap"].number.map(Figures.count) ?? "-",
                Figures.count(warmup["delivered"].whole), warmup["needed"].number.map(Figures.count) ?? "-",
                warmup["completion"].string.map(TerminalText.clean) ?? "-", QueueText.text(warmup["judgement"]),
            ])
        }
        return QueueText.joined(table.lines())
    }
}
