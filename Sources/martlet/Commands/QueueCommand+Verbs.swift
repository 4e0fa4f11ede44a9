import ArgumentParser
import ControlAPI
import Foundation
import Glibc

extension QueueCommand {
    /// Which deliveries a verb means: all that match everything that is given.
    struct SelectorOption: ParsableArguments {
        @Option(name: .long, help: "A site, as 'martlet queue sites' shows it.")
        var site: String?

        @Option(name: .long, help: "A recipient domain.")
        var destination: String?

        @Option(name: .long, help: "The identifier of a tenant.")
        var tenant: String?

        @Option(name: .long, help: "The identifier of a campaign.")
        var campaign: String?

        @Option(name: .long, help: "transactional or broadcast.")
        var stream: String?

        @Option(name: .long, help: "The identifier of a message.")
        var message: String?

        @Option(name: .customLong("in-pool"), help: "What takes this pool at present.")
        var pool: String?

        @Flag(name: .long, help: "The whole queue.")
        var everything = false

        var fields: [(name: String, value: String?)] {
            [
                ("site", site), ("destination", destination), ("tenant", tenant), ("campaign", campaign),
                ("stream", stream), ("message", message), ("pool", pool),
            ]
        }

        func validate() throws {
            let isEmpty = fields.allSatisfy { $0.value == nil }
            if isEmpty, !everything {
                throw ValidationError(
                    "say which deliveries: --site, --destination, --tenant, --campaign, --stream, --message, "
                        + "--in-pool, or --everything")
            }
            if !isEmpty, everything { throw ValidationError("--everything leaves no choice: name it alone") }
        }
    }

    /// Asks before what cannot be undone.
    struct DestructionOption: ParsableArguments {
        @Flag(name: .long, help: "Do not ask. Needed with --everything where nobody can be asked.")
        var yes = false

        /// - Parameter verb: as in "cancel 12 deliveries".
        func confirm(_ verb: String, _ selector: SelectorOption, with client: ControlClient) async throws {
            if yes { return }
            let isTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1
            if !isTerminal {
                guard selector.everything else { return }
                throw OperatorFailure(message: "\(verb) --everything needs --yes where nobody can be asked")
            }
            var what = "every delivery that matches"
            if let question = OperatorCount.question(selector.fields, everything: selector.everything) {
                let answer = try await client.ask(question)
                if let count = OperatorCount.count(in: answer, selector.fields, everything: selector.everything) {
                    what = "\(count) \(count == 1 ? "delivery" : "deliveries")"
                }
            }
            Self.say("This will \(verb) \(what) and cannot be undone. Go on? [y/N] ")
            guard ["y", "yes"].contains(readLine()?.lowercased() ?? "") else {
                Self.say("Nothing was done.\n")
                throw ExitCode(1)
            }
        }

        /// Beside the output, so that `--json` stays JSON.
        private static func say(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
    }

    struct Flush: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Try again now what waits for its next attempt; a site's back-off ends.")

        @OptionGroup var selector: SelectorOption
        @OptionGroup var answer: AnswerOption

        func run() async throws {
            try await answer.print(.verb("flush", selector.fields, everything: selector.everything)) {
                QueueText.verb($0, done: "flushed", isFinal: false)
            }
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take deliveries out of the queue; their senders hear nothing.")

        @OptionGroup var selector: SelectorOption
        @OptionGroup var destruction: DestructionOption
        @OptionGroup var answer: AnswerOption

        func run() async throws {
            try await answer.destroy("cancel", selector, destruction, done: "cancelled")
        }
    }

    struct Bounce: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give deliveries up as failed, for a reason.",
            discussion: "No failure notice is mailed; the event and the message's history have the reason.")

        @OptionGroup var selector: SelectorOption
        @OptionGroup var destruction: DestructionOption
        @OptionGroup var answer: AnswerOption

        @Option(name: .long, help: "Why.")
        var reason: String

        func run() async throws {
            try await answer.destroy("bounce", selector, destruction, reason: reason, done: "bounced")
        }
    }

    struct Reroute: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "From now on let deliveries take another pool, or again the configured one.")

        @OptionGroup var selector: SelectorOption
        @OptionGroup var answer: AnswerOption

        @Option(name: .long, help: "The pool to take.")
        var to: String?

        @Flag(name: .long, help: "Back to the pool that the configuration says.")
        var configured = false

        @Flag(name: .long, help: "Also what is accepted later.")
        var andLater = false

        func validate() throws {
            if (to == nil) != configured { throw ValidationError("name the pool with --to, or say --configured") }
        }

        func run() async throws {
            let request = OperatorRequest.verb(
                "reroute", selector.fields, everything: selector.everything, pool: .some(to), andLater: andLater)
            try await answer.print(request) { QueueText.verb($0, done: "re-routed", isFinal: false) }
        }
    }
}

extension AnswerOption {
    fileprivate func destroy(
        _ verb: String, _ selector: QueueCommand.SelectorOption, _ destruction: QueueCommand.DestructionOption,
        reason: String? = nil, done: String
    ) async throws {
        let client = try server.client()
        do {
            try await destruction.confirm(verb, selector, with: client)
            let answer = try await client.ask(
                .verb(verb, selector.fields, everything: selector.everything, reason: reason))
            show(answer) { QueueText.verb($0, done: done, isFinal: true) }
        } catch {
            await client.close()
            throw error
        }
        await client.close()
    }
}
