import ArgumentParser
import ControlAPI
import Foundation

/// How the operators' commands find the running server.
struct ServerOption: ParsableArguments {
    @Option(name: .long, help: "The server's API. Default: MARTLET_URL, else http://127.0.0.1:8025.")
    var url: String?

    @Option(name: .long, help: "An API key with the scope 'operate'; better in the environment as MARTLET_KEY.")
    var key: String?

    /// Whether a server was named at all.
    var isGiven: Bool { url != nil || Self.environment("MARTLET_URL") != nil }

    func client() throws -> ControlClient {
        let url = url ?? Self.environment("MARTLET_URL") ?? "http://127.0.0.1:8025"
        guard let key = key ?? Self.environment("MARTLET_KEY") else {
            throw ValidationError(
                "an API key with the scope 'operate' is needed: --key, or MARTLET_KEY in the environment "
                    + "('martlet key create --scope operate' makes one)")
        }
        guard !key.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) else {
            throw ValidationError("--key: this is not an API key")
        }
        return try ControlClient(url: url, key: key)
    }

    private static func environment(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// A command that asks the server one thing and prints the answer.
struct AnswerOption: ParsableArguments {
    @OptionGroup var server: ServerOption

    @Flag(name: .long, help: "Print the server's answer as JSON.")
    var json = false

    /// Asks, prints, and ends the connection.
    func print(_ request: OperatorRequest, _ words: (OperatorAnswer) -> String) async throws {
        let client = try server.client()
        let answer: OperatorAnswer
        do { answer = try await client.ask(request) } catch {
            await client.close()
            throw error
        }
        await client.close()
        show(answer, words)
    }

    func show(_ answer: OperatorAnswer, _ words: (OperatorAnswer) -> String) {
        Swift.print(json ? answer.printable + "\n" : words(answer), terminator: "")
        Terminal.flush()
    }
}
