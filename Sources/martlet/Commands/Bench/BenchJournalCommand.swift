import ArgumentParser
import Bench

struct BenchJournalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "How fast the journal makes messages durable on this disk, and opens again.",
        discussion: """
            So many callers append messages to a journal of its own, each its next one when the one before would \
            survive a power cut: appends a second, records in each sync, how long syncs take, bytes written for each. Then the \
            journal is opened again, as after a restart. Beside it the disk alone: one writer that appends 4 KiB and \
            calls fdatasync. No SMTP, no queue, no network. The files go to a folder below --data and are removed; a \
            run ends at 4 GiB. Lists are measured in every combination.
            """)

    @Option(name: .long, help: "Callers at the same time; several with commas.")
    var connections = "1,20,100"

    @Option(name: .long, help: "Bytes of content; several with commas.")
    var size = "1024"

    @Option(name: .long, help: "Appends of a run. Default: as many as there is time for.")
    var messages: Int?

    @Option(name: .long, help: "The time of a run.")
    var duration = "5s"

    @Option(name: .long, help: "How often all of it is done; the report has medians.")
    var rounds = 1

    @Option(name: .long, help: "Where chance begins.")
    var seed: UInt64 = 1

    @Option(name: .long, help: "A folder on the disk that is meant. Default: $TMPDIR, else /var/tmp.")
    var data: String?

    @OptionGroup(title: "Report") var output: BenchOutputOption

    private func bench() throws -> JournalBench {
        var bench = JournalBench()
        bench.appenders = try BenchLocalText.numbers(connections, "--connections")
        bench.sizes = try BenchLocalText.numbers(size, "--size")
        bench.messages = messages
        bench.duration = try BenchLocalText.duration(duration)
        bench.rounds = rounds
        bench.seed = seed
        bench.data = data
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
                "journal",
                [
                    ("connections", connections), ("size", size), ("messages", messages.map(String.init) ?? "any"),
                    ("duration", duration), ("rounds", "\(rounds)"), ("seed", "\(seed)"),
                ], folder: data
            ) { try await bench.run($0) }
        } catch {
            stop(error)
        }
    }
}
