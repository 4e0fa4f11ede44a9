import ArgumentParser
import Bench

struct BenchAPICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api", abstract: "Mail through the engine: in by the HTTP API, to the disk, out by SMTP.",
        discussion: """
            Starts a sink and an engine with a configuration and a key of its own, and sends the load over kept \
            connections: POST /v1/messages/send, or with --batch /v1/messages/batch. A message counts when the answer \
            says that it is queued. Latency is that of a request. Ctrl-C ends everything that was started.
            """)

    @OptionGroup(title: "Load") var load: BenchAPILoad

    @Flag(name: .long, help: "Deliver to nobody, so that only taking in is measured.")
    var noSink = false

    @Option(name: .long, help: "Connections of the engine to the sink at once.")
    var sinkConnections = 20

    @Option(name: .long, help: "Event loops of the engine; 0: one per core.")
    var loops = 0

    @Option(name: .long, help: "Event loops of the source.")
    var sourceLoops = 1

    @Option(name: .long, help: "Run everything so often, and report the medians.")
    var rounds = 1

    @Option(
        name: .long,
        help: "A folder on the disk to be measured; what is put there goes again. Default: $TMPDIR, else /var/tmp.")
    var data: String?

    @Option(name: .long, help: "Seconds without any progress after which a run is given up.")
    var patience = 30

    @OptionGroup(title: "Report") var output: BenchOutputOption

    func validate() throws {
        _ = try plan()
        try output.check()
    }

    private func plan() throws -> APIBenchPlan {
        try BenchRange.check("--sink-connections", sinkConnections, 1...5_000)
        try BenchRange.check("--loops", loops, 0...256)
        try BenchRange.check("--source-loops", sourceLoops, 1...256)
        try BenchRange.check("--rounds", rounds, 1...100)
        try BenchRange.check("--patience", patience, 1...3_600)
        let seconds = try load.seconds()
        var plan = APIBenchPlan(extent: seconds.map { .seconds($0) } ?? .messages(load.messages ?? 20_000))
        plan.size = try load.bytes()
        plan.connections = load.connections
        plan.batch = load.batch
        plan.domains = load.domains
        plan.rate = load.rate
        plan.seed = load.seed
        plan.rounds = rounds
        plan.hasSink = !noSink
        plan.sinkConnections = sinkConnections
        plan.engineLoops = loops
        plan.sourceLoops = sourceLoops
        plan.patience = Double(patience)
        return plan
    }

    func run() async throws {
        do { try output.show(try measure(try plan())) } catch { stop(error) }
    }

    private func measure(_ plan: APIBenchPlan) throws(RunFailure) -> BenchReport {
        let binary = ChildProcess.thisBinary
        let folder = try RunFolder(in: data)
        let warden = try ChildWarden(binary: binary, arguments: ["bench", "warden"], folder: folder.path)
        do {
            var bench = APIBench(plan, binary: binary, folder: folder, warden: warden, progress: output.progress)
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

/// How much mail is sent to the API, and how: the same words for `bench api` and its source.
struct BenchAPILoad: ParsableArguments {
    @Option(name: .long, help: "Messages to send. (default: 20000, unless --duration is given)")
    var messages: Int?

    @Option(name: .long, help: "Send for so long instead: 30s, 5m.")
    var duration: String?

    @Option(name: .long, help: "Bytes of each text, as 1024, 10KiB or 1MiB; the engine adds a header of some 400.")
    var size = "1024"

    @Option(name: .long, help: "Kept connections, with one request under way on each.")
    var connections = 50

    @Option(name: .long, help: "Messages in a request, 1 to 1000. (default: one, by the route for one)")
    var batch: Int?

    @Option(name: .long, help: "Domains that the recipients have, in turn.")
    var domains = 1

    @Option(
        name: .long,
        help: """
            Messages a second, evenly spaced and sent at their time whatever happened to those before. (default: as \
            fast as answers come)
            """)
    var rate: Double?

    @Option(name: .long, help: "Where chance begins.")
    var seed: UInt64 = 1

    func validate() throws {
        if messages != nil && duration != nil { throw ValidationError("--messages or --duration, not both") }
        try BenchRange.check("--messages", messages, 1...100_000_000)
        try BenchRange.check("--connections", connections, 1...10_000)
        try BenchRange.check("--batch", batch, 1...1_000)
        try BenchRange.check("--domains", domains, 1...1_000_000)
        if let rate, !(0.1...1_000_000).contains(rate) {
            throw ValidationError("--rate takes messages a second from 0.1 to 1000000")
        }
        _ = try seconds()
        _ = try bytes()
    }

    func seconds() throws -> Int? {
        guard let duration else { return nil }
        guard let time = DurationText.parse(duration), time >= .seconds(1), time <= .seconds(86_400) else {
            throw ValidationError("--duration takes a time from 1s to 24h, as 30s or 5m")
        }
        return Int(time.components.seconds)
    }

    func bytes() throws -> Int {
        guard let bytes = ByteCountText.parse(size), bytes <= 16 << 20 else {
            throw ValidationError("--size takes bytes up to 16MiB, as 1024 or 10KiB")
        }
        return bytes
    }
}
