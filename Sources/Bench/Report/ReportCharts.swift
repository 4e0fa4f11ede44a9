/// The pictures of a report, from the round in the middle of each label.
struct ReportCharts {
    private let groups: [RunGroup]
    private let runs: [BenchRun]

    /// Threads that get a colour of their own; the others are one part.
    private static let threadsShown = 4
    /// A run that takes so many times as long as the engine's is not drawn to its end, and a part that costs so many
    /// times as much gets a picture of its own.
    private static let tooLong = 1.5
    private static let tooMuch = 4.0

    init(_ groups: [RunGroup]) {
        self.groups = groups
        runs = groups.map(\.typical)
    }

    /// Those that there is something to draw for.
    var all: [Markup] {
        [throughput, latency, processors, processorsOfEngine, memory].compactMap(\.self)
    }

    /// The same on every page.
    private static func colour(of label: String, at place: Int) -> Int {
        switch label {
        case "ceiling": 0
        case "postfix": 1
        case "martlet": 2
        default: 2 + place % 6
        }
    }

    // MARK: over time

    /// With the same number of messages a slow engine takes much longer: drawn to its end it would leave the other one
    /// no room, and its rate hardly changes.
    private var end: Double {
        let all = runs.flatMap { $0.samples.map(\.at) }.max() ?? 0
        let engine = runs.first { $0.label == "martlet" }?.samples.last?.at
        return min(all, engine.map { $0 * Self.tooLong } ?? all)
    }

    private var cut: String {
        let later = runs.filter { ($0.samples.last?.at ?? 0) > end }
            .map { "\($0.label) goes on to \(ReportWords.seconds($0.samples.last?.at ?? 0))" }
        return later.isEmpty ? "" : " (\(later.joined(separator: ", ")))"
    }

    private var throughput: Markup? {
        var series: [LineChart.Series] = []
        for (place, run) in runs.enumerated() {
            let colour = Self.colour(of: run.label, at: place)
            let arrived = rates(run.samples, \.arrived)
            let accepted = rates(run.samples, \.accepted)
            // The ceiling has no queue in between: both are the same line.
            if run.label != "ceiling", accepted.contains(where: { $0.y > 0 }) {
                series.append(.init(name: "\(run.label) taken in", colour: colour, isDashed: true, points: accepted))
            }
            if arrived.contains(where: { $0.y > 0 }) {
                series.append(.init(name: "\(run.label) arrived", colour: colour, points: arrived))
            }
        }
        return LineChart(
            id: "throughput", title: "Throughput over time\(cut)", unit: "messages/s", horizontal: .time(upTo: end),
            isLogarithmic: false, series: series
        ).markup
    }

    /// Rates between samples that are at least a window apart. Longer runs have longer windows, as four points a second
    /// are a thicket; short ones have as many points as there are.
    private func rates(
        _ samples: [BenchRun.Sample], _ count: KeyPath<BenchRun.Sample, Int>
    ) -> [(x: Double, y: Double)] {
        var last = BenchRun.Sample(at: 0, accepted: 0, arrived: 0, rssMiB: 0)
        let window = max(0.2, min(1, end / 10), end / 120)
        var points: [(x: Double, y: Double)] = []
        for sample in samples where sample.at <= end && sample.at - last.at >= window {
            let grown = Double(sample[keyPath: count] - last[keyPath: count])
            points.append(((sample.at + last.at) / 2, max(0, grown / (sample.at - last.at))))
            last = sample
        }
        return points
    }

    private var memory: Markup? {
        let series = runs.enumerated().compactMap { place, run -> LineChart.Series? in
            let points = run.samples.filter { $0.rssMiB > 0 && $0.at <= end }.map { (x: $0.at, y: $0.rssMiB) }
            let colour = Self.colour(of: run.label, at: place)
            return points.isEmpty ? nil : .init(name: run.label, colour: colour, points: points)
        }
        return LineChart(
            id: "memory", title: "Memory of the engine over time, RSS\(cut)", unit: "MiB", horizontal: .time(upTo: end),
            isLogarithmic: false, series: series
        ).markup
    }

    // MARK: latency

    private var latency: Markup? {
        var series: [LineChart.Series] = []
        for (place, run) in runs.enumerated() {
            let colour = Self.colour(of: run.label, at: place)
            if let latency = run.acceptLatency {
                series.append(
                    .init(name: "\(run.label) accept", colour: colour, isDashed: true, points: Self.points(latency)))
            }
            if let latency = run.endToEndLatency {
                series.append(.init(name: "\(run.label) end to end", colour: colour, points: Self.points(latency)))
            }
        }
        return LineChart(
            id: "latency", title: "Latency percentiles", unit: "ms",
            horizontal: .categories(["p50", "p90", "p99", "p99.9", "max"]), isLogarithmic: true, series: series
        ).markup
    }

    private static func points(_ latency: BenchRun.Latency) -> [(x: Double, y: Double)] {
        [latency.p50, latency.p90, latency.p99, latency.p999, latency.max].enumerated()
            .map { (x: Double($0.offset), y: $0.element) }
    }

    // MARK: processor time

    private var processors: Markup? {
        chart(
            "processors", "Processor time for a message, by part", of: runs, threads: isDwarfed ? 0 : Self.threadsShown)
    }

    /// The engine alone with its threads, where it would be a stump beside the others.
    private var processorsOfEngine: Markup? {
        let own = runs.filter { $0.label == "martlet" }
        return isDwarfed ? chart("engine", "The same, martlet alone", of: own, threads: Self.threadsShown) : nil
    }

    private var isDwarfed: Bool {
        guard let own = runs.first(where: { $0.label == "martlet" }).flatMap(Self.total), own > 0,
            let most = runs.compactMap(Self.total).max()
        else { return false }
        return most > Self.tooMuch * own
    }

    private static func total(_ run: BenchRun) -> Double? {
        run.perMessage(run.cost.filter { !$0.part.contains("/") }.reduce(0) { $0 + $1.user + $1.system })
    }

    /// Where the engine's threads are known they stand for it, with the rest of it as one more part.
    private func chart(_ id: String, _ title: String, of runs: [BenchRun], threads count: Int) -> Markup? {
        var time: [String: Double] = [:]
        for cost in runs.flatMap(\.cost) where cost.part.hasPrefix("engine/") {
            time[cost.part, default: 0] += cost.user + cost.system
        }
        let threads = time.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(count).map(\.key)
        let others = Set(runs.flatMap { $0.cost.map(\.part) }).subtracting(["source", "sink", "engine"])
            .filter { !$0.contains("/") }.sorted()
        let named = ["source", "sink"] + others + threads
        let parts = (named + [threads.isEmpty ? "engine" : "engine, other threads"]).enumerated()
            .map { StackedChart.Part(name: Self.title($0.element), colour: $0.offset) }
        let bars = runs.compactMap { run -> (name: String, values: [Double])? in
            guard !run.cost.isEmpty, run.messages > 0 else { return nil }
            let known = named.map { run.processorSeconds(of: $0) ?? 0 }
            let inThreads = known.suffix(threads.count).reduce(0, +)
            let rest = max(0, (run.processorSeconds(of: "engine") ?? inThreads) - inThreads)
            return (run.label, (known + [rest]).map { $0 / Double(run.messages) * 1_000_000 })
        }
        return StackedChart(id: id, title: title, unit: "µs/message", parts: parts, bars: bars).markup
    }

    private static func title(_ part: String) -> String { part.split(separator: "/").joined(separator: " ") }
}
