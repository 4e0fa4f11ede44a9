import ArgumentParser
import Logging
import Loop
import Mail
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run in production, from a configuration file.",
        discussion: """
            SIGTERM and SIGINT drain and end; SIGHUP reads routes, transports, certificates and the log level anew. \
            Unknown keys and wrong types in the file are refused with their line.
            """)

    @Option(name: .long, help: "The configuration file.")
    var config: String

    @Option(name: .long, help: "The data folder, in place of the file's.")
    var data: String?

    @Flag(name: .long, help: "Only check the configuration file and its certificates.")
    var check = false

    func run() async throws {
        let configuration = try ConfigurationFile.load(config, data: data)
        for listener in configuration.listeners + configuration.inbound.listeners {
            _ = try SubmissionPorts.certificate(of: listener)
        }
        _ = try PolicyRoom.trust(configuration)
        if check {
            print("\(config) is right.")
            return
        }
        let process = EngineProcess(configuration: configuration, file: config, dataOverride: data)
        try await process.run()
    }
}
