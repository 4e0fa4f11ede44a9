import ArgumentParser
import Bench

struct BenchCampaignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "campaign", abstract: "How fast one content to many recipients is taken in and queued.",
        discussion: """
            There is no campaign engine yet. Measured is what will carry one: messages of up to --per-message \
            recipients with the same content go through intake, are made durable in a journal of their own, and every delivery is \
            admitted to the real queue. Nothing is rendered and nothing is delivered. Says recipients a second, and \
            bytes on the disk and in memory for each. The files go to a folder below --data and are removed.
            """)

    @Option(name: .long, help: "Recipients altogether.")
    var messages = 200_000

    @Option(name: .long, help: "Recipients of one message, 1,000 at most as in the API.")
    var perMessage = 1_000

    @Option(name: .long, help: "Bytes of the content.")
    var size = 10_240

    @Option(name: .long, help: "Domains that the recipients are spread over.")
    var domains = 1_000

    @Option(name: .long, help: "Callers at the same time.")
    var connections = 4

    @Option(name: .long, help: "Shards of the queue, each with a thread.")
    var loops = 1

    @Option(name: .long, help: "How often all of it is done; the report has medians.")
    var rounds = 1

    @Option(name: .long, help: "Where chance begins.")
    var seed: UInt64 = 1

    @Option(name: .long, help: "A folder on the disk that is meant. Default: $TMPDIR, else /var/tmp.")
    var data: String?

    @OptionGroup(title: "Report") var output: BenchOutputOption

    func validate() throws { try output.check() }

    func run() async throws {
        var bench = CampaignBench()
        bench.recipients = messages
        bench.perMessage = perMessage
        bench.size = size
        bench.domains = domains
        bench.appenders = connections
        bench.loops = loops
        bench.rounds = rounds
        bench.seed = seed
        bench.data = data
        do {
            try await output.report(
                "campaign",
                [
                    ("recipients", "\(messages)"), ("per-message", "\(perMessage)"), ("size", "\(size)"),
                    ("domains", "\(domains)"), ("connections", "\(connections)"), ("loops", "\(loops)"),
                    ("rounds", "\(rounds)"), ("seed", "\(seed)"),
                ], folder: data
            ) { [bench] in try await bench.run($0) }
        } catch {
            stop(error)
        }
    }
}
