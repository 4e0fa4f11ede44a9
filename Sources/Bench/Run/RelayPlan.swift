/// What `martlet bench relay` measures.
package struct RelayPlan: Sendable {
    package var load: LoadArguments
    /// Of the sink, milliseconds before each answer.
    package var latency = 0
    /// The share of recipients, 0 to 1, that the sink puts off for a time.
    package var deferRate = 0.0
    package var rounds = 1
    package var comparesPostfix = false
    package var hasCeiling = true
    /// Connections of the engine to the sink, at once.
    package var sinkConnections = 20
    package var offersChunking = true
    /// Event loops of the engine; 0: one per core.
    package var engineLoops = 0
    package var data: String?
    /// Seconds without progress after which a run is given up.
    package var patience = 30.0

    package init(load: LoadArguments) { self.load = load }
}

/// What the source is told, as the command line of its process.
package struct LoadArguments: Sendable, Equatable {
    package var messages: Int?
    /// Seconds.
    package var duration: Int?
    package var size = 1024
    package var connections = 20
    package var perConnection: Int?
    package var domains = 1
    package var rate: Double?
    package var loops = 1
    package var isTLS = false
    package var isPipelining = false
    package var seed: UInt64 = 1

    package init() {}

    package func commandLine(port: UInt16) -> [String] {
        var words = ["bench", "source", "--target", "127.0.0.1:\(port)", "--json"]
        func add(_ name: String, _ value: String?) { if let value { words += [name, value] } }
        add("--messages", messages.map { "\($0)" })
        add("--duration", duration.map { "\($0)s" })
        add("--size", "\(size)")
        add("--connections", "\(connections)")
        add("--per-connection", perConnection.map { "\($0)" })
        add("--domains", "\(domains)")
        add("--rate", rate.map { "\($0)" })
        add("--loops", "\(loops)")
        add("--seed", "\(seed)")
        if isTLS { words.append("--tls") }
        if isPipelining { words.append("--pipeline") }
        return words
    }
}
