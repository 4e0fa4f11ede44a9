import ArgumentParser
import ControlAPI

extension QueueCommand {
    struct Summary: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The whole queue in figures: tenants, campaigns, sources, suspensions, limits of rules.")

        @OptionGroup var answer: AnswerOption

        func run() async throws { try await answer.print(.summary, QueueText.summary) }
    }

    struct Sites: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Sites with mail or in trouble, the fullest first.")

        @OptionGroup var answer: AnswerOption

        @Option(name: .long, help: "How many, at most 1000.")
        var limit = 50

        func run() async throws { try await answer.print(.sites(limit: limit), QueueText.sites) }
    }

    struct Site: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One site in full: why its mail waits.")

        @OptionGroup var answer: AnswerOption

        @Argument(help: "The name, as 'martlet queue sites' shows it.")
        var name: String

        func run() async throws { try await answer.print(.site(name), QueueText.site) }
    }

    struct Holds: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Every suspension in force, by operators, by rules and by the health of sources.")

        @OptionGroup var answer: AnswerOption

        func run() async throws { try await answer.print(.holds, QueueText.holds) }
    }

    /// What a suspension holds.
    struct ScopeOption: ParsableArguments {
        @Option(
            name: .long, help: "A site, as 'martlet queue sites' shows it; also together with --source or --tenant.")
        var site: String?

        @Option(name: .long, help: "A source of the configuration.")
        var source: String?

        @Option(name: .long, help: "The identifier of a tenant.")
        var tenant: String?

        @Option(name: .long, help: "The identifier of a campaign.")
        var campaign: String?

        var fields: [(name: String, value: String?)] {
            [("site", site), ("source", source), ("tenant", tenant), ("campaign", campaign)]
        }
    }

    struct Suspend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let nothing leave for a site, a source, a tenant or a campaign for a while.",
            discussion:
                "What is under way finishes. It survives a restart. Without --for or --until: until it is resumed."
        )

        @OptionGroup var scope: ScopeOption
        @OptionGroup var answer: AnswerOption

        @Option(name: .customLong("for"), help: "How long: 30m, 4h, 2d.")
        var lasting: String?

        @Option(name: .long, help: "Until when: 2026-01-15T10:30:00Z.")
        var until: String?

        @Option(name: .long, help: "Why; whoever asks 'martlet explain' reads it.")
        var reason: String?

        func run() async throws {
            try await answer.print(
                .suspend(scope.fields, lasting: lasting, until: until, reason: reason), QueueText.suspended)
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End one suspension (--hold), or all of a scope, whoever made them.")

        @OptionGroup var scope: ScopeOption
        @OptionGroup var answer: AnswerOption

        @Option(name: .long, help: "The identifier of a suspension, as 'martlet queue holds' shows it.")
        var hold: String?

        func run() async throws {
            guard let hold else {
                try await answer.print(.resume(scope.fields), QueueText.resumed)
                return
            }
            guard scope.fields.allSatisfy({ $0.value == nil }) else {
                throw ValidationError("name either --hold or a scope")
            }
            try await answer.print(.resume(hold: hold), QueueText.resumed)
        }
    }
}
