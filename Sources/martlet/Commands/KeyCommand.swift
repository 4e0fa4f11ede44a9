import ArgumentParser
import Mail
import Service

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "API keys.", subcommands: [Create.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key for the default tenant and show it, once.",
            discussion: "A running server knows it within a second.")

        @OptionGroup var folder: DataFolderOption

        @Option(name: .long, help: "What the key is for.")
        var name = "command line"

        @Flag(name: .long, help: "A test key: nothing it sends leaves the machine.")
        var test = false

        @Option(
            name: .long,
            help:
                "A scope, may be given several times. Default: all. One of \(Scope.allCases.map(\.rawValue).joined(separator: ", "))."
        )
        var scope: [String] = []

        func run() async throws {
            let scopes = try scope.map { text in
                guard let scope = Scope(rawValue: text) else { throw ValidationError("'\(text)' is not a scope") }
                return scope
            }
            let room = try folder.openRoom()
            let (tenant, first) = try await room.prepare()
            // On an empty folder the first start makes a key anyway: show that one when it is what was asked for.
            if let first, !test, scopes.isEmpty {
                print(first.text)
                return
            }
            let created = try await room.keys.create(
                name: name, mode: test ? .test : .live, scopes: scopes.isEmpty ? Set(Scope.allCases) : Set(scopes),
                tenant: tenant.id)
            print(created.text)
        }
    }
}
