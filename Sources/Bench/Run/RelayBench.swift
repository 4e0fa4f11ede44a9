import Loop
import Mail

/// `martlet bench relay`: source, engine and sink as three processes, in turn with the ceiling and, if wanted, Postfix.
/// Each run has a sink, an engine and a queue of its own.
package struct RelayBench {
    private let plan: RelayPlan
    private let binary: String
    private let folder: RunFolder
    private let warden: ChildWarden
    private var progress: LoadProgress
    private let certificate: (chain: String, key: String)?

    /// - Parameter binary: `martlet` itself.
    package init(
        _ plan: RelayPlan, binary: String, folder: RunFolder, warden: ChildWarden, progress: LoadProgress
    ) throws(RunFailure) {
        if plan.comparesPostfix, let obstacle = PostfixUnderTest.obstacle() { throw obstacle }
        self.plan = plan
        self.binary = binary
        self.folder = folder
        self.warden = warden
        self.progress = progress
        certificate = plan.load.isTLS ? try BenchCertificate.make(in: folder, warden: warden) : nil
    }

    /// - Throws: the first run that fails ends the bench; its words say where the logs are.
    package mutating func run() throws(RunFailure) -> BenchReport {
        let began = SystemTime().wall
        var report = BenchReport(
            kind: "relay", parameters: plan.parameters, machine: .here(folder: folder.path),
            startedAt: began.rfc3339)
        for round in 1...max(1, plan.rounds) {
            if plan.hasCeiling { report.runs.append(try ceiling(round)) }
            // Whoever always came second would have the warmer caches, or the fuller disk.
            let isPostfixFirst = round % 2 == 1
            if plan.comparesPostfix, isPostfixFirst { report.runs.append(try postfix(round)) }
            report.runs.append(try martlet(round))
            if plan.comparesPostfix, !isPostfixFirst { report.runs.append(try postfix(round)) }
        }
        return report
    }

    private mutating func ceiling(_ round: Int) throws(RunFailure) -> BenchRun {
        let port = try LocalPort.free()
        let sink = try startSink("ceiling-\(round)-sink", port: port, isCeiling: true)
        return try perform("ceiling", round, port: port, sink: sink, engine: nil)
    }

    private mutating func martlet(_ round: Int) throws(RunFailure) -> BenchRun {
        let sinkPort = try LocalPort.free()
        let sink = try startSink("martlet-\(round)-sink", port: sinkPort)
        var settings = EngineSettings(
            submissionPort: try LocalPort.free(), apiPort: try LocalPort.free(), wayOut: .relay(port: sinkPort))
        settings.loops = plan.engineLoops
        settings.connections = plan.sinkConnections
        settings.certificate = certificate
        settings.isOutboundTLS = plan.load.isTLS
        settings.more = "queue: \(plan.queueKeys)"
        let engine = try EngineUnderTest(
            settings, name: "martlet-\(round)", binary: binary, folder: folder, warden: warden)
        try engine.waitUntilReady()
        let run = try perform("martlet", round, port: settings.submissionPort, sink: sink, engine: engine)
        engine.stop()
        return run
    }

    private mutating func postfix(_ round: Int) throws(RunFailure) -> BenchRun {
        let sinkPort = try LocalPort.free()
        let sink = try startSink("postfix-\(round)-sink", port: sinkPort)
        var settings = PostfixSettings(port: try LocalPort.free(), sinkPort: sinkPort)
        settings.connections = plan.sinkConnections
        settings.certificate = certificate
        settings.retrySeconds = plan.deferRate > 0 ? 1 : 10
        let engine = try PostfixUnderTest(settings, name: "postfix-\(round)", folder: folder, warden: warden)
        try engine.waitUntilReady()
        let run = try perform("postfix", round, port: settings.port, sink: sink, engine: engine)
        engine.stop()
        return run
    }

    private func startSink(_ name: String, port: UInt16, isCeiling: Bool = false) throws(RunFailure) -> LoadProcess {
        var words = ["bench", "sink", "--listen", "127.0.0.1:\(port)", "--json", "--seed", "\(plan.load.seed)"]
        if plan.latency > 0 { words += ["--latency", "\(plan.latency)"] }
        if plan.deferRate > 0, !isCeiling { words += ["--temporary", "\(plan.deferRate)"] }
        if plan.load.isTLS { words.append("--tls") }
        if !plan.offersChunking { words.append("--no-chunking") }
        let sink = try LoadProcess(name, binary: binary, words, folder: folder, warden: warden)
        try sink.waitUntilReady()
        return sink
    }

    private mutating func perform(
        _ label: String, _ round: Int, port: UInt16, sink: LoadProcess, engine: (any LoadTarget)?
    ) throws(RunFailure) -> BenchRun {
        var run = LoadRun(label, folder: folder)
        run.patience = plan.patience
        let (plan, binary, folder, warden) = (plan, binary, folder, warden)
        return try run.perform(sink: sink, engine: engine, progress: &progress) { () throws(RunFailure) in
            try LoadProcess(
                "\(label)-\(round)-source", binary: binary, plan.load.commandLine(port: port), folder: folder,
                warden: warden)
        }
    }
}

extension RelayPlan {
    /// What the report says was asked for.
    var parameters: [BenchReport.Parameter] {
        let load = load
        var all: [(String, String)] = [
            load.messages.map { ("messages", "\($0)") } ?? ("duration", "\(load.duration ?? 0) s"),
            ("size", "\(load.size)"), ("connections", "\(load.connections)"),
            ("per-connection", load.perConnection.map { "\($0)" } ?? "kept"), ("domains", "\(load.domains)"),
            ("tls", load.isTLS ? "yes" : "no"), ("pipeline", load.isPipelining ? "yes" : "no"),
            ("latency", "\(latency) ms"), ("defer-rate", "\(deferRate)"), ("seed", "\(load.seed)"),
            ("rounds", "\(rounds)"), ("sink-connections", "\(sinkConnections)"),
            ("chunking", offersChunking ? "yes" : "no"),
        ]
        if let rate = load.rate { all.append(("rate", "\(rate)/s")) }
        return all.map { BenchReport.Parameter($0.0, $0.1) }
    }

    /// So that what the sink puts off comes back within the run. A bench needs no tenth of the disk.
    var queueKeys: String {
        guard deferRate > 0 else { return "{free_disk_percent: 1}" }
        let classes = ["connection", "greylisting", "throttling", "mailbox_full", "policy"]
        let each = classes.map { "\($0): {first: 1s, factor: 1, maximum: 1s}" }.joined(separator: ", ")
        return "{free_disk_percent: 1, retry: {first: 1s, factor: 1, maximum: 1s, \(each), hints: {honoured: false}}}"
    }
}
