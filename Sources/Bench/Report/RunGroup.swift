/// The rounds of one load: everything that has the same label. Never empty.
struct RunGroup: Sendable {
    let label: String
    let runs: [BenchRun]

    /// In the order in which each label came first.
    static func groups(of runs: [BenchRun]) -> [RunGroup] {
        var labels: [String] = []
        for run in runs where !labels.contains(run.label) { labels.append(run.label) }
        return labels.map { label in RunGroup(label: label, runs: runs.filter { $0.label == label }) }
    }

    /// Of the rounds that have a value.
    func median(_ metric: ReportMetric) -> Double? { Self.median(runs.compactMap(metric.value)) }

    /// The round whose rate is the median (the lower one of two): what is drawn. Medians of each moment would show a
    /// course that no round took.
    var typical: BenchRun {
        let sorted = runs.sorted { $0.rate < $1.rate }
        return sorted[(sorted.count - 1) / 2]
    }

    /// Largest less smallest rate, as a share of the median.
    var spread: Double? {
        let rates = runs.map(\.rate)
        guard runs.count > 1, let low = rates.min(), let high = rates.max(), let median = Self.median(rates), median > 0
        else { return nil }
        return (high - low) / median
    }

    static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
