import ArgumentParser
import Foundation

struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev", abstract: "Run everything on this machine, without configuration.",
        discussion: """
            The HTTP API, SMTP submission, and a receiving SMTP server to which all mail is delivered by a real hop. What \
            arrives is at /dev in a browser and at /dev/inbox as JSON. Nothing leaves the machine.
            """)

    @Option(name: .long, help: "The data folder.")
    var data = "./martlet-data"

    @Option(name: .long, help: "Where the HTTP API listens.")
    var api = "127.0.0.1:8025"

    @Option(name: .long, help: "Where SMTP submission listens.")
    var submission = "127.0.0.1:2587"

    @Option(name: .long, help: "Where the receiving SMTP server listens.")
    var inbox = "127.0.0.1:2526"

    @Flag(name: .long, help: "Print one line of JSON when ready, in place of words.")
    var json = false

    func validate() throws {
        for (name, value) in [("--api", api), ("--submission", submission), ("--inbox", inbox)]
        where HostPort(value) == nil {
            throw ValidationError("\(name) must be HOST:PORT, not '\(value)'")
        }
    }

    func run() async throws {
        guard let api = HostPort(api), let submission = HostPort(submission), let inbox = HostPort(inbox) else {
            throw ValidationError("HOST:PORT expected")
        }
        let path = URL(fileURLWithPath: data).standardizedFileURL.path
        try await DevProcess(data: path, api: api, submission: submission, inbox: inbox, json: json).run()
    }
}
