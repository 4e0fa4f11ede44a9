import ArgumentParser
import ControlAPI

struct WarmupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "warmup", abstract: "How far the warm-up of each source has come, and how to hold it.",
        subcommands: [List.self, Hold.self, Resume.self, Stage.self], defaultSubcommand: List.self)

    /// Which warm-up is meant.
    struct Target: ParsableArguments {
        @Argument(help: "The source.")
        var source: String

        @Option(name: .long, help: "A group of providers, as the list shows it. Default: all of the source.")
        var group: String?
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Every source, by group of providers.")

        @OptionGroup var answer: AnswerOption

        func run() async throws { try await answer.print(.warmups, ExplainText.warmups) }
    }

    struct Hold: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep a warm-up at its stage: mail goes on under today's cap. With --zero nothing leaves.")

        @OptionGroup var target: Target
        @OptionGroup var answer: AnswerOption

        @Flag(name: .long, help: "Let nothing leave from the source to the group.")
        var zero = false

        func run() async throws {
            try await answer.print(
                .warmup(target.source, "hold", group: target.group, hold: zero ? "zero" : "stage"), ExplainText.warmups)
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a hold.")

        @OptionGroup var target: Target
        @OptionGroup var answer: AnswerOption

        func run() async throws {
            try await answer.print(.warmup(target.source, "resume", group: target.group), ExplainText.warmups)
        }
    }

    struct Stage: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Go to another stage, from today on. One more than the plan has finishes it.")

        @OptionGroup var target: Target
        @OptionGroup var answer: AnswerOption

        @Argument(help: "The stage, from 1.")
        var stage: Int

        func run() async throws {
            try await answer.print(
                .warmup(target.source, "stage", group: target.group, stage: stage), ExplainText.warmups)
        }
    }
}
