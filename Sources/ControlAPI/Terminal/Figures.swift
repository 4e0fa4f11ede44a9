import Mail

/// Numbers and times for people.
enum Figures {
    /// `12,345`
    static func count(_ value: Int) -> String {
        let digits = Array(String(value.magnitude))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return value < 0 ? "-" + text : text
    }

    /// `950`, `12.3k`, `4.5M`, `1.2G`.
    static func short(_ value: Int) -> String {
        for (unit, name) in [(1_000_000_000, "G"), (1_000_000, "M"), (10_000, "k")] where value >= unit {
            let tenths = value / (name == "k" ? 100 : unit / 10)
            return "\(tenths / 10).\(tenths % 10)\(name)"
        }
        return "\(value)"
    }

    /// Per second, with one digit behind the point: `12.5`. `nil`: not known yet.
    static func rate(_ perSecond: Double?) -> String {
        guard let perSecond, perSecond.isFinite, perSecond >= 0, perSecond < 1e15 else { return "-" }
        let tenths = Int((perSecond * 10).rounded())
        return tenths >= 10_000 ? count(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
    }

    /// `42s`, `12m`, `3h12m`, `5d04h`; `0s` for what is over.
    static func span(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        switch seconds {
        case ..<120: return "\(seconds)s"
        case ..<3_600: return "\(seconds / 60)m"
        case ..<86_400: return "\(seconds / 3_600)h\(two(seconds / 60 % 60))m"
        default: return "\(seconds / 86_400)d\(two(seconds / 3_600 % 24))h"
        }
    }
}
