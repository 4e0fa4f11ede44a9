import Foundation

/// Values to places along an axis, with the values that get a mark.
struct ChartScale {
    enum Kind: Sendable {
        case linear
        /// Powers of ten have equal distances; what is not above 0 stands at the lower end.
        case logarithmic
    }

    let kind: Kind
    let low: Double
    let high: Double
    let ticks: [Double]

    /// From 0 to at least `most`, ending at a mark.
    static func linear(upTo most: Double, steps: Int = 4) -> ChartScale {
        let most = most.isFinite && most > 0 ? most : 1
        let step = round(up: most / Double(steps))
        let count = Int((most / step).rounded(.up))
        return ChartScale(
            kind: .linear, low: 0, high: Double(count) * step, ticks: (0...max(1, count)).map { Double($0) * step })
    }

    /// From 0 to exactly `end`, for an axis of time.
    static func time(upTo end: Double) -> ChartScale {
        let end = end.isFinite && end > 0 ? end : 1
        let step = round(up: end / 6)
        let count = Int((end / step).rounded(.down))
        return ChartScale(kind: .linear, low: 0, high: end, ticks: (0...count).map { Double($0) * step })
    }

    /// The powers of ten around these values, at least one apart; at most eight.
    static func logarithmic(_ values: [Double]) -> ChartScale {
        let values = values.filter { $0.isFinite && $0 > 0 }
        let last = Int(log10(values.max() ?? 1).rounded(.up))
        let first = max(last - 8, min(last - 1, Int(log10(values.min() ?? 0.1).rounded(.down))))
        let ticks = (first...last).map { pow(10, Double($0)) }
        return ChartScale(kind: .logarithmic, low: pow(10, Double(first)), high: pow(10, Double(last)), ticks: ticks)
    }

    /// 0 at the lower end, 1 at the upper.
    func place(_ value: Double) -> Double {
        guard value.isFinite, high > low else { return 0 }
        let share =
            switch kind {
            case .linear: (value - low) / (high - low)
            case .logarithmic: value > 0 ? log10(value / low) / log10(high / low) : 0
            }
        return min(max(share, 0), 1)
    }

    /// The next of 1, 2, 2.5, 5 times a power of ten.
    private static func round(up value: Double) -> Double {
        guard value.isFinite, value > 0 else { return 1 }
        let power = pow(10, log10(value).rounded(.down))
        for factor in [1, 2, 2.5, 5] where factor * power >= value * 0.999_999 { return factor * power }
        return 10 * power
    }

    /// `0`, `2.5`, `400`, `12k`, `1.5M`.
    static func word(_ value: Double) -> String {
        func short(_ value: Double) -> String {
            for places in 0...4 {
                let text = ReportWords.number(value, places: places)
                let scale = pow(10, Double(places))
                if abs((value * scale).rounded() / scale - value) <= abs(value) * 0.001 { return text }
            }
            return ReportWords.number(value, places: 5)
        }
        if value.magnitude >= 1_000_000 { return short(value / 1_000_000) + "M" }
        if value.magnitude >= 10_000 { return short(value / 1_000) + "k" }
        return short(value)
    }
}
