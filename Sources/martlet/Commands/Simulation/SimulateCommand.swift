import ArgumentParser
import Foundation
import Queue

struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "What the queue would do: days of traffic and receivers, in seconds.",
        discussion: """
            Runs the queue's own code under virtual time against the receivers of a plan (limits, greylisting, blocks, \
            outages) and prints what was sent, deferred and bounced by day, source and receiver. Nothing leaves the \
            machine and no data folder is touched. The same plan and seed give the same course. How to write a plan: \
            docs/simulation/README.md.
            """)

    @Option(name: .long, help: "The plan, a YAML file.")
    var plan: String

    @Option(name: .long, help: "Days to simulate, 1 to 400. Default: as the plan says.")
    var days: Int?

    @Option(name: .long, help: "Where chance begins.")
    var seed: UInt64 = 1

    @Option(name: .long, help: "Write a chart to this file.")
    var svg: String?

    @Flag(name: .long, help: "Print the figures as JSON.")
    var json = false

    func validate() throws {
        if let days, !(1...400).contains(days) { throw ValidationError("--days must be from 1 to 400") }
    }

    func run() async throws {
        let file: SimulationPlanFile
        do { file = try SimulationPlanFile.load(plan, days: days) } catch { stop(error) }
        let report = file.plan.simulate(seed: seed)
        if let svg {
            let chart = SimulationChart(report, title: file.title).svg
            do { try chart.write(toFile: svg, atomically: true, encoding: .utf8) } catch {
                stop(CleanExitError(description: "cannot write '\(svg)': \(error.localizedDescription)"))
            }
        }
        print(json ? try Self.json(report) : SimulationTable(report).text, terminator: "")
    }

    private static func json(_ report: SimulationReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self) + "\n"
    }
}
