/// What the runs say about each other. Ratios are what can be carried to another day and another machine; the figures
/// themselves cannot.
enum ReportRatios {
    /// One line each; empty when there is nothing to compare.
    static func lines(_ groups: [RunGroup]) -> [String] {
        guard let engine = groups.first(where: { $0.label == "martlet" }) else { return [] }
        var lines: [String] = []
        if let postfix = groups.first(where: { $0.label == "postfix" }) { lines += compare(engine, postfix) }
        if let ceiling = groups.first(where: { $0.label == "ceiling" }),
            let share = ratio(engine, ceiling, .rate)
        {
            lines.append("martlet reaches \(ReportWords.percent(share)) of the ceiling (source straight to sink)")
        }
        return lines
    }

    private static func compare(_ engine: RunGroup, _ postfix: RunGroup) -> [String] {
        var parts: [String] = []
        if let rate = ratio(engine, postfix, .rate) {
            parts.append("\(ReportWords.figure(rate)) x the rate of postfix")
        }
        if let cost = ratio(postfix, engine, .engineCPU) {
            parts.append("1/\(ReportWords.figure(cost)) of its CPU per message")
        }
        if let memory = engine.median(.peakRSS), let theirs = postfix.median(.peakPSS), theirs > 0 {
            parts.append("\(ReportWords.figure(memory / theirs)) of its memory (RSS to PSS)")
        }
        guard !parts.isEmpty else { return [] }
        let rounds = min(engine.runs.count, postfix.runs.count)
        return ["martlet: " + parts.joined(separator: ", ") + (rounds > 1 ? " (medians of \(rounds) rounds)" : "")]
    }

    static func ratio(_ one: RunGroup, _ other: RunGroup, _ metric: ReportMetric) -> Double? {
        guard let one = one.median(metric), let other = other.median(metric), other > 0 else { return nil }
        return one / other
    }
}
