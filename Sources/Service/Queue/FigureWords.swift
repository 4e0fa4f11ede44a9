import Queue

/// Limits as people write them.
enum FigureWords {
    /// `100 messages/min`; where more than one may go at once: `100 messages/min, 10 at once`.
    /// - Parameter noun: in the singular.
    static func rate(_ limit: RateLimit, of noun: String) -> String {
        let rate = "\(limit.count) \(noun)\(limit.count == 1 ? "" : "s")/\(period(limit.period))"
        return limit.burst > 1 ? "\(rate), \(limit.burst) at once" : rate
    }

    static func connections(_ count: Int) -> String { count == 1 ? "1 connection" : "\(count) connections" }

    static func messages(_ count: Int) -> String { count == 1 ? "1 message" : "\(count) messages" }

    static func limits(_ limits: ThrottleLimits) -> String {
        var words: [String] = []
        if let rate = limits.messageRate { words.append(self.rate(rate, of: "message")) }
        if let rate = limits.connectionRate { words.append(self.rate(rate, of: "new connection")) }
        if let count = limits.connections { words.append(connections(count)) }
        if let count = limits.messagesPerConnection { words.append("\(messages(count)) per connection") }
        return words.isEmpty ? "no limit" : words.joined(separator: "; ")
    }

    static func change(_ change: TemporaryLimit.Change) -> String {
        switch change {
        case .slow(let share): "slowed to \(Int(exactly: (share * 100).rounded()) ?? 0)%"
        case .set(let limits): self.limits(limits)
        }
    }

    private static func period(_ period: Duration) -> String {
        let seconds = period.components.seconds
        guard period.components.attoseconds == 0 else { return "\(period)" }
        switch seconds {
        case 1: return "s"
        case 60: return "min"
        case 3_600: return "h"
        case 86_400: return "day"
        case let whole where whole % 86_400 == 0: return "\(whole / 86_400) days"
        case let whole where whole % 3_600 == 0: return "\(whole / 3_600) h"
        case let whole where whole % 60 == 0: return "\(whole / 60) min"
        default: return "\(seconds) s"
        }
    }
}
