import ArgumentParser
import Bench

/// Started by the benches themselves: ends their processes when they have ended, however that came about.
struct BenchWardenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "warden", abstract: "Ends what a bench leaves behind.", shouldDisplay: false)

    func run() { WardenDuty.run() }
}
