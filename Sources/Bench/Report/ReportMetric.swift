/// One line of the table: what of a run it shows. The text, the page and the JSON have the same lines.
struct ReportMetric: Sendable {
    /// Its name in the JSON.
    let key: String
    let title: String
    let unit: String
    /// `nil`: not measured in this run.
    let value: @Sendable (BenchRun) -> Double?

    init(_ key: String, _ title: String, _ unit: String, _ value: @escaping @Sendable (BenchRun) -> Double?) {
        self.key = key
        self.title = title
        self.unit = unit
        self.value = value
    }

    static let rate = ReportMetric("messages_per_second", "end to end", "messages/s") { $0.rate }
    static let ingestRate = ReportMetric("ingest_per_second", "taken in", "messages/s") { $0.ingestRate }
    static let engineCPU = cpu("engine", title: "CPU engine")
    static let peakRSS = ReportMetric("peak_rss_mib", "RSS, peak", "MiB") { $0.peakRSSMiB }
    static let peakPSS = ReportMetric("peak_pss_mib", "PSS, peak", "MiB") { $0.peakPSSMiB }

    /// All that one of these runs has a value for, in the order of the table.
    /// - Parameter cores: of the machine, for shares of its time.
    static func all(in runs: [BenchRun], cores: Int) -> [ReportMetric] {
        let fixed =
            [
                ReportMetric("messages", "messages", "") { Double($0.messages) },
                ReportMetric("failed", "failed", "") { $0.failed > 0 ? Double($0.failed) : nil },
                ReportMetric("seconds", "took", "s") { $0.seconds }, rate(in: runs), ingestRate,
            ] + latency("accept", "accept") { $0.acceptLatency }
            + latency("end_to_end", "end to end") { $0.endToEndLatency }
            + [cpu("source", title: "CPU source"), cpu("sink", title: "CPU sink"), engineCPU] + threads(in: runs)
        let rest =
            [
                ReportMetric("syncs_per_message", "syncs", "/message") { $0.perMessage($0.syncs.map(Double.init)) },
                ReportMetric("written_bytes_per_message", "written", "B/message") {
                    $0.perMessage($0.bytesWritten.map(Double.init))
                }, peakRSS, peakPSS,
                ReportMetric("other_programs_percent", "other programs", "% of CPU") {
                    $0.strangersShare(cores: cores).map { $0 * 100 }
                },
            ] + figures(in: runs)
        return (fixed + rest).filter { metric in runs.contains { metric.value($0) != nil } }
    }

    /// The rate as this bench calls it: where nothing goes from one end to another, it is only a rate.
    static func rate(in runs: [BenchRun]) -> ReportMetric {
        if runs.contains(where: { $0.ingestSeconds != nil || $0.endToEndLatency != nil }) { return rate }
        return ReportMetric(rate.key, "rate", "/s", rate.value)
    }

    private static func latency(
        _ key: String, _ title: String, _ part: @escaping @Sendable (BenchRun) -> BenchRun.Latency?
    ) -> [ReportMetric] {
        let places: [(String, String, @Sendable (BenchRun.Latency) -> Double)] = [
            ("p50", "p50", { $0.p50 }), ("p90", "p90", { $0.p90 }), ("p99", "p99", { $0.p99 }),
            ("p999", "p99.9", { $0.p999 }), ("max", "max", { $0.max }),
        ]
        return places.map { name, words, place in
            ReportMetric("\(key)_\(name)_ms", "\(title) \(words)", "ms") { part($0).map(place) }
        }
    }

    private static func cpu(_ part: String, title: String) -> ReportMetric {
        ReportMetric("cpu_us_per_message/\(part)", title, "µs/message") {
            $0.perMessage($0.processorSeconds(of: part).map { $0 * 1_000_000 })
        }
    }

    /// The engine's threads, the busiest first, in whatever run.
    private static func threads(in runs: [BenchRun]) -> [ReportMetric] {
        var most: [String: Double] = [:]
        for cost in runs.flatMap(\.cost) where cost.part.hasPrefix("engine/") {
            most[cost.part] = max(most[cost.part, default: 0], cost.user + cost.system)
        }
        return most.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { cpu($0.key, title: "  \($0.key.dropFirst("engine/".count))") }
    }

    private static func figures(in runs: [BenchRun]) -> [ReportMetric] {
        var seen: Set<String> = []
        return runs.flatMap(\.figures).compactMap { figure in
            guard seen.insert(figure.name).inserted else { return nil }
            let name = figure.name
            return ReportMetric("figure/\(name)", name, figure.unit) { run in
                run.figures.first { $0.name == name }?.value
            }
        }
    }
}

extension BenchRun {
    /// Seconds of processor time of all entries of this part; `nil`: it was not metered.
    func processorSeconds(of part: String) -> Double? {
        let found = cost.filter { $0.part == part }
        return found.isEmpty ? nil : found.reduce(0) { $0 + $1.user + $1.system }
    }

    func perMessage(_ total: Double?) -> Double? {
        guard let total, messages > 0 else { return nil }
        return total / Double(messages)
    }

    /// How much of the machine's processor time went to programs that do not belong here, 1 at most: the clocks behind
    /// the two figures are coarse.
    func strangersShare(cores: Int) -> Double? {
        guard let strangersSeconds, seconds > 0, cores > 0 else { return nil }
        return min(1, strangersSeconds / (seconds * Double(cores)))
    }
}
