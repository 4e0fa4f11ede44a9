import ArgumentParser
import Bench

struct BenchRelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay", abstract: "Mail through the engine: in by SMTP, to the disk, out by SMTP.",
        discussion: """
            Starts a sink and an engine with a configuration of its own, sends the load, and reports rates, \
            latencies, and what each message cost in processor time, syncs and bytes. Before it the ceiling: the same \
            load from the source straight to the sink. Ctrl-C ends everything that was started.
            """)

    @OptionGroup(title: "Load") var load: BenchLoadOption

    @Option(name: .long, help: "Milliseconds that the sink waits before each answer.")
    var latency = 0

    @Option(
        name: .long, help: "Share of recipients, 0 to 1, that the sink puts off with 451; tried again after a second.")
    var deferRate = 0.0

    @Option(name: .long, help: "Connections of the engine to the sink at once.")
    var sinkConnections = 20

    @Flag(name: .long, help: "The sink does not offer CHUNKING.")
    var noChunking = false

    @Option(name: .long, help: "Event loops of the engine; 0: one per core.")
    var loops = 0

    @Option(name: .long, help: "Run everything so often, in turn, and report the medians.")
    var rounds = 1

    @Option(
        name: .long, help: "Another engine under the same load in turn: 'postfix' (needs Debian's package, and root).")
    var compare: String?

    @Flag(name: .long, help: "Leave out the ceiling.")
    var noCeiling = false

    @Option(
        name: .long,
        help: "A folder on the disk to be measured; what is put there goes again. Default: $TMPDIR, else /var/tmp.")
    var data: String?

    @Option(name: .long, help: "Seconds without any progress after which a run is given up.")
    var patience = 30

    @OptionGroup(title: "Report") var output: BenchOutputOption

    func validate() throws {
        _ = try load.arguments()
        try BenchRange.check("--latency", latency, 0...60_000)
        try BenchRange.check("--defer-rate", share: deferRate)
        if deferRate > 0.95 { throw ValidationError("--defer-rate takes 0 to 0.95: some mail must arrive") }
        try BenchRange.check("--sink-connections", sinkConnections, 1...5_000)
        try BenchRange.check("--loops", loops, 0...256)
        try BenchRange.check("--rounds", rounds, 1...100)
        try BenchRange.check("--patience", patience, 1...3_600)
        if let compare, compare != "postfix" {
            throw ValidationError("--compare knows 'postfix', not '\(compare)'")
        }
        try output.check()
    }

    func run() async throws {
        var plan = RelayPlan(load: try load.arguments())
        plan.latency = latency
        plan.deferRate = deferRate
        plan.rounds = rounds
        plan.comparesPostfix = compare == "postfix"
        // At a given rate source and sink alone would show nothing but that rate.
        plan.hasCeiling = !noCeiling && load.rate == nil
        plan.sinkConnections = sinkConnections
        plan.offersChunking = !noChunking
        plan.engineLoops = loops
        plan.patience = Double(patience)
        do { try output.show(try measure(plan)) } catch { stop(error) }
    }

    private func measure(_ plan: RelayPlan) throws(RunFailure) -> BenchReport {
        let binary = ChildProcess.thisBinary
        let folder = try RunFolder(in: data)
        let warden = try ChildWarden(binary: binary, arguments: ["bench", "warden"], folder: folder.path)
        do {
            var bench = try RelayBench(
                plan, binary: binary, folder: folder, warden: warden, progress: output.progress)
            let report = try bench.run()
            warden.dismiss()
            return report
        } catch {
            warden.keepFolder()
            warden.dismiss()
            throw error
        }
    }
}
