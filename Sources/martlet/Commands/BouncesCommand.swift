import ArgumentParser
import Foundation
import Mail
import Queue

/// Lets an operator try rules before a server uses them. Needs neither a server nor a data folder.
struct BouncesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bounces", abstract: "What refusals mean: check a file of rules, or ask about a reply.",
        subcommands: [Check.self, Classify.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Read a file of bounce rules and say what is wrong with it.")

        @Argument(help: "The file, as queue.bounce_rules names it.")
        var file: String

        func run() async throws {
            let own = try BouncesCommand.rules(in: file, overriding: nil)
            let version = own.versions[0].isEmpty ? "no version" : "version \(own.versions[0])"
            let shipped = BounceRules.shipped
            print(
                "\(file): \(own.count) rules, \(version); behind them \(shipped.count) of version \(shipped.versions[0])"
            )
        }
    }

    struct Classify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "classify", abstract: "Say what a reply means, and which rule says so.",
            discussion: """
                Without CODE, reads replies from standard input, one a line, as 'CODE TEXT'. Each answer is the class, \
                the category and the rule that decided.
                """)

        @Argument(help: "The reply code, e.g. 550.")
        var code: String?

        @Argument(parsing: .remaining, help: "The text of the reply, with the enhanced status where it has one.")
        var text: [String] = []

        @Option(name: .long, help: "A file of rules to stand before those that come with the engine.")
        var rules: String?

        @Option(name: .long, help: "The configuration file whose queue.bounce_rules count.")
        var config: String?

        @Option(name: .long, help: "The name of the host that answered: some rules are for one provider.")
        var host = ""

        func validate() throws {
            if rules != nil, config != nil { throw ValidationError("--rules and --config exclude each other") }
            if let code, Self.number(code) == nil {
                throw ValidationError("'\(code)' is no reply code: three digits are expected, 4xx or 5xx")
            }
        }

        func run() async throws {
            let rules = try chosen()
            if let code {
                print(answer(to: "\(code) \(text.joined(separator: " "))", by: rules) ?? "")
                return
            }
            var wrong = 0
            while let line = readLine(strippingNewline: true) {
                guard !line.allSatisfy(\.isWhitespace) else { continue }
                if let answer = answer(to: line, by: rules) {
                    print("\(answer)\t\(line)")
                } else {
                    wrong += 1
                    print("no reply\t\t\t\(line)")
                }
            }
            if wrong > 0 { throw ExitCode(1) }
        }

        private func chosen() throws -> BounceRules {
            if let rules { return try BouncesCommand.rules(in: rules, overriding: .shipped) }
            guard let config else { return .shipped }
            do { return try ConfigurationFile.load(config).queue.scheduler.bounceRules } catch {
                throw CleanExit.failure(error)
            }
        }

        private func answer(to line: String, by rules: BounceRules) -> String? {
            guard let code = Self.number(String(line.prefix(3))) else { return nil }
            let words = line.dropFirst(3).drop { $0 == " " || $0 == "-" }
            let verdict = rules.verdict(on: Reply(code: code, lines: [Array(words.utf8)]), host: host)
            return "\(verdict.kind.rawValue)\t\(verdict.category.rawValue)\t\(verdict.rule ?? "no rule")"
        }

        private static func number(_ text: String) -> UInt16? {
            guard text.utf8.count == 3, let code = UInt16(text), (400...599).contains(code) else { return nil }
            return code
        }
    }

    fileprivate static func rules(in file: String, overriding base: BounceRules?) throws -> BounceRules {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw CleanExitError(description: "\(file) cannot be read as UTF-8 text")
        }
        do { return try BounceRules(overriding: base, with: text, file: file) } catch {
            throw CleanExit.failure(error)
        }
    }
}
