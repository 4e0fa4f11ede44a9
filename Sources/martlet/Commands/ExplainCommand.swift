import ArgumentParser
import ControlAPI

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Why a message is still here: for each delivery the reason and the earliest time.",
        discussion:
            "Asks the running server. A key with 'messages:read' sees its tenant's messages, one with 'operate' all."
    )

    @OptionGroup var answer: AnswerOption

    @Argument(help: "The identifier of the message.")
    var id: String

    func run() async throws { try await answer.print(.explain(id), ExplainText.explanation) }
}
