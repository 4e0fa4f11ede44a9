import Loop
import Mail

/// `martlet bench api`: the load, the engine and the sink as three processes. Each round has an engine of its own, with
/// an empty data folder and the key of its first start.
///
/// There is no ceiling as with `relay`: what a sink for HTTP would measure is the source, whose processor time the
/// report shows anyway.
package struct APIBench {
    private let plan: APIBenchPlan
    private let binary: String
    private let folder: RunFolder
    private let warden: ChildWarden
    private var progress: LoadProgress

    /// - Parameter binary: `martlet` itself.
    package init(_ plan: APIBenchPlan, binary: String, folder: RunFolder, warden: ChildWarden, progress: LoadProgress) {
        self.plan = plan
        self.binary = binary
        self.folder = folder
        self.warden = warden
        self.progress = progress
    }

    /// - Throws: the first run that fails ends the bench; its words say where the logs are.
    package mutating func run() throws(RunFailure) -> BenchReport {
        let began = SystemTime().wall
        var report = BenchReport(
            kind: "api", parameters: plan.parameters, machine: .here(folder: folder.path), startedAt: began.rfc3339)
        for round in 1...max(1, plan.rounds) { report.runs.append(try martlet(round)) }
        return report
    }

    private mutating func martlet(_ round: Int) throws(RunFailure) -> BenchRun {
        let sinkPort = try LocalPort.free()
        let sink = plan.hasSink ? try startSink(round, port: sinkPort) : nil
        var settings = EngineSettings(
            submissionPort: try LocalPort.free(), apiPort: try LocalPort.free(),
            wayOut: plan.hasSink ? .relay(port: sinkPort) : .null)
        settings.loops = plan.engineLoops
        settings.connections = plan.sinkConnections
        // A bench needs no tenth of the disk.
        settings.more = "queue: {free_disk_percent: 1}"
        let engine = try EngineUnderTest(
            settings, name: "martlet-\(round)", binary: binary, folder: folder, warden: warden)
        try engine.waitUntilReady()
        guard let key = engine.firstKey else { throw engine.failure("showed no API key at its first start") }
        let keyFile = try folder.write(key, to: "martlet-\(round).key")
        var run = LoadRun("martlet", folder: folder)
        run.patience = plan.patience
        let (plan, binary, folder, warden) = (plan, binary, folder, warden)
        let result = try run.perform(sink: sink, engine: engine, progress: &progress) { () throws(RunFailure) in
            try LoadProcess(
                "martlet-\(round)-source", binary: binary,
                plan.source(apiPort: settings.apiPort, keyFile: keyFile), folder: folder, warden: warden)
        }
        engine.stop()
        return result
    }

    private func startSink(_ round: Int, port: UInt16) throws(RunFailure) -> LoadProcess {
        let sink = try LoadProcess(
            "martlet-\(round)-sink", binary: binary,
            ["bench", "sink", "--listen", "127.0.0.1:\(port)", "--json", "--seed", "\(plan.seed)"], folder: folder,
            warden: warden)
        try sink.waitUntilReady()
        return sink
    }
}
