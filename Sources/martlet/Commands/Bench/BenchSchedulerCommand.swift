import ArgumentParser
import Bench

struct BenchSchedulerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scheduler", abstract: "What a delivery costs in the queue itself, in time and memory.",
        discussion: """
            Fills the real queue (shards, scheduler, lanes) with deliveries while nobody takes any, then lets a \
            transport take them that delivers to nobody at once. No network and no disk: the journal is one that keeps nothing. \
            Says the processor time to admit a delivery and to turn it over (pull, carry, finish, note), for the first \
            and the last tenth apart, because a full queue must not be slower than an empty one, and the memory that a \
            queued delivery takes. Each number of --messages is a run of its own.
            """)

    @Option(name: .long, help: "Deliveries queued; several with commas.")
    var messages = "1000,100000,1000000"

    @Option(name: .long, help: "Destinations, each a site of its own.")
    var domains = 1_000

    @Option(name: .long, help: "Shards, each with a thread.")
    var loops = 1

    @Option(name: .long, help: "How often all of it is done; the report has medians.")
    var rounds = 1

    @Option(name: .long, help: "Where chance begins.")
    var seed: UInt64 = 1

    @OptionGroup(title: "Report") var output: BenchOutputOption

    private func bench() throws -> SchedulerBench {
        var bench = SchedulerBench()
        bench.queued = try BenchLocalText.numbers(messages, "--messages")
        bench.domains = domains
        bench.loops = loops
        bench.rounds = rounds
        bench.seed = seed
        return bench
    }

    func validate() throws {
        _ = try bench()
        try output.check()
    }

    func run() async throws {
        let bench = try bench()
        do {
            try await output.report(
                "scheduler",
                [
                    ("messages", messages), ("domains", "\(domains)"), ("loops", "\(loops)"), ("rounds", "\(rounds)"),
                    ("seed", "\(seed)"),
                ], folder: nil
            ) { try await bench.run($0) }
        } catch {
            stop(error)
        }
    }
}
