import ArgumentParser

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure this machine: how much mail it moves, and what holds it back.",
        discussion: """
            Everything runs on this machine and under 127.0.0.1; nothing leaves it. Source, engine and sink are \
            processes of their own, so that the processor time of each is told apart; beside them stands the ceiling, \
            what source and sink reach without an engine. Rates drift from hour to hour: compare within one bench, \
            with --rounds.
            """,
        subcommands: [
            BenchRelayCommand.self, BenchAPICommand.self, BenchCampaignCommand.self, BenchJournalCommand.self,
            BenchSignCommand.self, BenchSchedulerCommand.self, BenchSourceCommand.self, BenchSinkCommand.self,
            BenchAPISourceCommand.self, BenchWardenCommand.self,
        ])
}
