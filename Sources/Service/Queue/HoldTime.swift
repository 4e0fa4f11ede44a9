import Mail

/// How long a suspension lasts, as requests write it.
enum HoldTime {
    /// A suspension that nobody ends within a year is better made without an end.
    static let longest: Duration = .seconds(366 * 86_400)

    /// `30s`, `90m`, `4h`, `2d`, `1w`, and several one after another as `1d12h`. `nil`: none, zero or too long.
    static func parse(_ text: String) -> Duration? {
        var total: Int64 = 0
        var number: Int64?
        guard (2...32).contains(text.utf8.count) else { return nil }
        for byte in text.utf8 {
            if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                let digit = Int64(byte - UInt8(ascii: "0"))
                let next = (number ?? 0) * 10 + digit
                guard next <= 1_000_000_000 else { return nil }
                number = next
                continue
            }
            guard let count = number else { return nil }
            switch byte {
            case UInt8(ascii: "s"): total += count
            case UInt8(ascii: "m"): total += count * 60
            case UInt8(ascii: "h"): total += count * 3_600
            case UInt8(ascii: "d"): total += count * 86_400
            case UInt8(ascii: "w"): total += count * 604_800
            default: return nil
            }
            number = nil
        }
        guard number == nil, total > 0, .seconds(total) <= longest else { return nil }
        return .seconds(total)
    }

    /// - Parameters:
    ///   - text: `for` of the request.
    ///   - time: `until` of the request.
    /// - Returns: `nil`: until it is resumed.
    static func end(
        lasting text: String?, until time: String?, from now: WallTime, _ check: inout TargetCheck
    ) -> WallTime? {
        if let text, time != nil {
            check.report("for", text, "Give for or until, not both.")
            return nil
        }
        if let text {
            guard let duration = parse(text) else {
                check.report("for", text, "A duration such as 30m, 4h or 2d, at most 366d.")
                return nil
            }
            return now + duration
        }
        guard let time else { return nil }
        guard let end = WallTime(rfc3339: time) else {
            check.report("until", time, "A time such as 2026-01-15T10:30:00Z.")
            return nil
        }
        guard end > now else {
            check.report("until", time, "This time is over.")
            return nil
        }
        guard end <= now + longest else {
            check.report("until", time, "At most 366 days from now; leave it out to suspend until it is resumed.")
            return nil
        }
        return end
    }
}
