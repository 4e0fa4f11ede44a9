import ArgumentParser
import Foundation
import Mail
import Queue

/// Lets an operator try rules before a server uses them. Needs neither a server nor a data folder.
struct ShapingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shaping", abstract: "What the engine does when receivers ask for less: list, check, dry run.",
        subcommands: [List.self, Check.self, ShapingReplayCommand.self])

    /// The rules of a file on top of those that come with the engine; without a file those alone.
    ///
    /// - Throws: `StartFailure` with every problem and its line.
    static func rules(in file: String?) throws -> ShapingFile {
        guard let file else { return .shipped }
        do { return try ShapingFile.load(file) } catch { throw StartFailure(error.description) }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Read a shaping.yaml and say what is wrong with it.",
            discussion: """
                Each problem is told with file and line, and the status is 1. Examples are tried: a rule must match \
                each of its own.
                """)

        @Argument(help: "The file, as shaping.file names it. Default: the rules that come with the engine.")
        var file: String?

        func run() async throws {
            let found = try ShapingCommand.rules(in: file)
            let own = file.map { file in found.entries.filter { $0.place.hasPrefix("\(file):") }.count } ?? 0
            let version = found.versions.first.flatMap { $0.isEmpty ? nil : "version \($0)" } ?? "no version"
            let shipped = found.entries.count - own
            let examples = found.entries.reduce(0) { $0 + $1.examples.count }
            let name = file ?? "shipped rules"
            let parts = file == nil ? "\(shipped) rules" : "\(own) rules of its own and \(shipped) shipped ones"
            print("\(name): \(version), \(parts), \(found.limits.count) limits; \(examples) examples match")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Show the rules in the order in which they are looked at.")

        @Argument(help: "A shaping.yaml. Default: the rules that come with the engine.")
        var file: String?

        @Flag(name: .long, help: "Print the file that comes with the engine as it is, to read or to start from.")
        var shipped = false

        func run() async throws {
            if shipped {
                print(ShapingShippedText.text, terminator: "")
                return
            }
            let found = try ShapingCommand.rules(in: file)
            let rows = found.entries.map(\.rule).sorted { $0.place.rank > $1.place.rank }.map { rule in
                [
                    rule.name, ShapingWords.place(rule.place), ShapingWords.trigger(rule.trigger),
                    rule.scope.rawValue, rule.actions.map(ShapingWords.action).joined(separator: ", "),
                    rule.duration.map(ShapingWords.duration) ?? "",
                ]
            }
            ShapingWords.table([["RULE", "WHERE", "WHEN", "ON", "WHAT", "FOR"]] + rows)
        }
    }
}
