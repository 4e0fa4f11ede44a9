/// What `martlet bench api` measures.
package struct APIBenchPlan: Sendable {
    /// Messages of a run, or seconds that it takes in mail for.
    package enum Extent: Sendable, Equatable {
        case messages(Int)
        case seconds(Int)
    }

    package var extent: Extent
    package var size = 1024
    package var connections = 50
    /// Messages in a request; `nil`: one, by the route for one.
    package var batch: Int?
    package var domains = 1
    /// Messages a second; `nil`: as fast as it goes.
    package var rate: Double?
    package var seed: UInt64 = 1
    package var rounds = 1
    /// Mail is delivered to a sink; without one the engine delivers to nobody, at once.
    package var hasSink = true
    /// Connections of the engine to the sink, at once.
    package var sinkConnections = 20
    /// Event loops of the engine, 0 for one per core; and of the source.
    package var engineLoops = 0
    package var sourceLoops = 1
    /// Seconds without progress after which a run is given up.
    package var patience = 30.0

    package init(extent: Extent) { self.extent = extent }

    /// The command line of the source.
    func source(apiPort: UInt16, keyFile: String) -> [String] {
        var words = ["bench", "api-source", "--api", "127.0.0.1:\(apiPort)", "--key-file", keyFile, "--json"]
        switch extent {
        case .messages(let count): words += ["--messages", "\(count)"]
        case .seconds(let seconds): words += ["--duration", "\(seconds)s"]
        }
        words += ["--size", "\(size)", "--connections", "\(connections)", "--domains", "\(domains)"]
        if let batch { words += ["--batch", "\(batch)"] }
        if let rate { words += ["--rate", "\(rate)"] }
        return words + ["--seed", "\(seed)", "--loops", "\(sourceLoops)"]
    }

    /// What the report says was asked for.
    var parameters: [BenchReport.Parameter] {
        var all: [(String, String)] = []
        switch extent {
        case .messages(let count): all.append(("messages", "\(count)"))
        case .seconds(let seconds): all.append(("duration", "\(seconds) s"))
        }
        all += [
            ("size", "\(size)"), ("connections", "\(connections)"), ("batch", batch.map { "\($0)" } ?? "none"),
            ("domains", "\(domains)"), ("seed", "\(seed)"), ("rounds", "\(rounds)"),
            ("delivery", hasSink ? "to a sink" : "to nobody"),
        ]
        if hasSink { all.append(("sink-connections", "\(sinkConnections)")) }
        if let rate { all.append(("rate", "\(rate)/s")) }
        return all.map { BenchReport.Parameter($0.0, $0.1) }
    }
}
