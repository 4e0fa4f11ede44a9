import Mail
import Service

enum WarmupJSON {
    static func shown(_ warmup: WarmupReport) -> JSONValue {
        .object([
            "source": .string(warmup.source), "group": .string(warmup.group), "plan": .string(warmup.plan),
            "state": .string(warmup.state.rawValue), "stage": .integer(warmup.stage),
            "stages": .integer(warmup.stages), "cap": number(warmup.cap), "sent": .integer(warmup.sent),
            "delivered": .integer(warmup.delivered), "failed": .integer(warmup.failed),
            "needed": number(warmup.needed), "day": .string(warmup.day), "start": .text(warmup.start),
            "first_day": .text(warmup.firstDay), "completion": .text(warmup.completion),
            "sending_days": .integer(warmup.sendingDays), "idle_days": .integer(warmup.idleDays),
            "judgement": .text(warmup.judgement),
        ])
    }

    private static func number(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
}
