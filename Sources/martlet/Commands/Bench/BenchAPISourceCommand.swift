import ArgumentParser
import Bench
import Foundation
import Loop
import UnixSignals

/// The load of `martlet bench api`: a process of its own, as its processor time must not count as the engine's.
struct BenchAPISourceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api-source", abstract: "Only the load of 'bench api', for an engine that runs already.",
        discussion: """
            Every message carries 'X-Bench-Sent: NANOSECONDS NUMBER', from which 'martlet bench sink' tells how long \
            it was on its way. A request that is put off (429, 503) or breaks off is tried up to five times; its \
            messages then count as failed. The key is read from --key-file, or from MARTLET_KEY in the environment. \
            Use it against your own servers only.
            """, shouldDisplay: false)

    @Option(name: .long, help: "Address and port of the API, as 127.0.0.1:8025; without TLS.")
    var api: String

    @Option(name: .long, help: ArgumentHelp("A file that holds the API key.", valueName: "file"))
    var keyFile: String?

    @OptionGroup(title: "Load") var load: BenchAPILoad

    @Option(name: .long, help: "Event loops, each a thread.")
    var loops = 1

    @Flag(name: .long, help: "Print progress and result as lines of JSON.")
    var json = false

    func validate() throws {
        guard SocketAddress(api) != nil else {
            throw ValidationError("--api takes an address and port, as 127.0.0.1:8025, not '\(api)'")
        }
        try BenchRange.check("--loops", loops, 1...256)
    }

    func run() async throws {
        guard let address = SocketAddress(api) else { return }
        let seconds = try load.seconds()
        let extent: LoadPlan.Extent = seconds.map { .time(.seconds($0)) } ?? .messages(load.messages ?? 20_000)
        var plan = APIPlan(target: address, extent: extent, key: try key())
        plan.size = try load.bytes()
        plan.connections = load.connections
        plan.batch = load.batch
        plan.domains = load.domains
        plan.rate = load.rate
        plan.seed = load.seed
        plan.loops = loops
        // Trapped before anything starts, so that an early SIGTERM is not lost.
        _ = DescriptorLimit.raise()
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let source: APISource
        do { source = try APISource(plan) } catch { stop(error) }
        let watch = Task {
            for await _ in signals { source.stop() }
        }
        await source.run(LoadVoice(part: "source", isJSON: json).say)
        watch.cancel()
    }

    private func key() throws -> String {
        guard let keyFile else {
            guard let key = ProcessInfo.processInfo.environment["MARTLET_KEY"], !key.isEmpty else {
                throw ValidationError("--key-file or MARTLET_KEY is needed")
            }
            return key
        }
        do { return try String(contentsOfFile: keyFile, encoding: .utf8).filter { !$0.isWhitespace } } catch {
            throw ValidationError("--key-file: cannot read '\(keyFile)'")
        }
    }
}
