import ArgumentParser
import Bench

struct BenchSignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "How fast mail is DKIM-signed, beside OpenSSL alone on the same cores.",
        discussion: """
            Makes DKIM-Signature fields for one message with a new RSA-2048 and a new Ed25519 key: on one thread, and \
            through the signer's pool as the engine does it. Beside each stands what OpenSSL does with the same key on \
            the same threads when it is given a digest and nothing else. They take turns, and the percentages compare \
            processor time for a signature, so that other work on the machine hardly changes them.
            """)

    @Option(name: .long, help: "rsa or ed25519. Default: both.")
    var algorithm: String?

    @Option(name: .long, help: "Bytes of the message.")
    var size = 1_024

    @Option(name: .long, help: "Threads of the pool. Default: one for each core.")
    var threads: Int?

    @Option(name: .long, help: "Callers that wait for the pool. Default: four for each thread.")
    var connections: Int?

    @Option(name: .long, help: "Signatures of one measurement. Default: as many as there is time for.")
    var messages: Int?

    @Option(name: .long, help: "The time of one measurement; there are four for each algorithm in a round.")
    var duration = "1s"

    @Option(name: .long, help: "How often all of it is done; the report has medians.")
    var rounds = 3

    @Option(name: .long, help: "Where chance begins.")
    var seed: UInt64 = 1

    @OptionGroup(title: "Report") var output: BenchOutputOption

    private func bench() throws -> SignBench {
        var bench = SignBench()
        switch algorithm {
        case nil: break
        case "rsa": bench.algorithms = [.rsa]
        case "ed25519": bench.algorithms = [.ed25519]
        case .some(let name): throw ValidationError("--algorithm is rsa or ed25519, not '\(name)'")
        }
        bench.size = size
        bench.threads = threads
        bench.callers = connections
        bench.messages = messages
        bench.duration = try BenchLocalText.duration(duration)
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
                "sign",
                [
                    ("algorithm", algorithm ?? "both"), ("size", "\(size)"),
                    ("threads", threads.map(String.init) ?? "one a core"), ("duration", duration),
                    ("rounds", "\(rounds)"), ("seed", "\(seed)"),
                ], folder: nil
            ) { try await bench.run($0) }
        } catch {
            stop(error)
        }
    }
}
