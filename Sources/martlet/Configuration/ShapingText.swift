import Mail
import Queue

/// The values of `shaping.yaml` as operators write them.
enum ShapingText {
    /// As everywhere, and `min` for minutes.
    static func duration(_ text: String) -> Duration? {
        DurationText.parse(text.hasSuffix("min") ? String(text.dropLast(2)) : text)
    }

    static let expectedTrigger = "'immediate', or a number of replies and a time such as 5/10min"

    static func trigger(_ text: String) -> ShapingTrigger? {
        if text == "immediate" { return .immediate }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Int(parts[0]), let period = duration(String(parts[1])) else { return nil }
        return .threshold(count: count, period: period)
    }

    static let expectedAction = "suspend, failover, bounce, slow(PERCENT%) such as slow(50%), or retry-in(TIME)"

    static func action(_ text: String) -> ShapingAction? {
        switch text {
        case "suspend": return .suspend
        case "failover": return .failover
        case "bounce": return .bounce
        default: break
        }
        guard text.last == ")", let open = text.firstIndex(of: "(") else { return nil }
        let value = String(text[text.index(after: open)...].dropLast())
        switch text[..<open] {
        case "slow":
            guard value.last == "%", let percent = Int(value.dropLast()) else { return nil }
            return .slow(Double(percent) / 100)
        case "retry-in": return duration(value).map { .retry(after: $0) }
        default: return nil
        }
    }

    /// A suffix of a host's name, or `nil`.
    static func host(_ text: String) -> String? {
        let name = text.lowercased()
        guard !name.isEmpty, name.utf8.count <= 255, name.first != ".", name.last != ".", !name.contains("*") else {
            return nil
        }
        return name.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } ? name : nil
    }

    /// `CODE TEXT`, the text with its enhanced status where it has one.
    static func reply(_ text: String) -> Reply? {
        let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0].utf8.count == 3, let code = UInt16(parts[0]), (400..<600).contains(code) else { return nil }
        let line = parts.count > 1 ? Array(parts[1].utf8) : []
        return Reply(code: code, lines: [line])
    }
}
