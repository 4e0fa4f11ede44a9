import ArgumentParser
import Foundation
import Mail
import Queue

/// The rules over a log, in the log's own time: what each reply would have set off, and what each rule did in all.
struct ShapingReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Dry run: replay replies against the rules.",
        discussion: """
            Reads one reply a line: JSON {"time", "site" or "provider", "source", "tenant", "host", "code", \
            "enhanced", "text"}, of which code and a site, provider or host are needed; the same as columns with tabs \
            (time site source tenant host code enhanced text, '-' for nothing); or 'PROVIDER CODE TEXT'. Times are \
            RFC 3339 or seconds; a line without one is --interval after the line before. Nothing is changed or sent. \
            A reply is counted also when an earlier one would have stopped the mail that it answers. The status is 1 \
            when a line could not be read.
            """)

    @Option(name: .long, help: "A shaping.yaml. Default: the rules that come with the engine.")
    var rules: String?

    @Option(name: .long, help: "The log; '-' is standard input.")
    var log: String

    @Option(name: .long, help: "The time from a line to the next where the log has none, e.g. 1s.")
    var interval = "1s"

    @Flag(name: .long, help: "Print the summary alone.")
    var summary = false

    func validate() throws {
        if ShapingText.duration(interval) == nil { throw ValidationError("--interval: '\(interval)' is no duration") }
    }

    func run() async throws {
        let file = try ShapingCommand.rules(in: rules)
        guard let interval = ShapingText.duration(interval) else { return }
        var replay = ShapingReplay(file.rules, interval: interval)
        let lines = try LogLines(log)
        var broken = 0
        while let line = try lines.next() {
            if line.allSatisfy({ $0 == " " || $0 == "\t" }) { continue }
            do {
                let events = try replay.take(line, number: lines.number)
                if !summary { for event in events { print(event) } }
            } catch {
                broken += 1
                if broken <= 20 {
                    FileHandle.standardError.write(Data("\(log):\(lines.number): \(error.message)\n".utf8))
                }
            }
        }
        if !summary { print("") }
        ShapingWords.table(replay.summary())
        print("\(replay.replies) replies, \(replay.unmatched) without a rule, \(broken) lines not understood")
        if broken > 0 { throw ExitCode(1) }
    }
}
