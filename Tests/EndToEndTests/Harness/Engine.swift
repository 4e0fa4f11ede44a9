import Foundation
import Testing

/// A running martlet under test.
struct Engine {
    struct Ready: Decodable {
        struct SMTP: Decodable {
            var host: String
            var port: UInt16
            var username: String
            var password: String
        }
        var apiURL: String
        var apiKey: String
        var smtp: SMTP
        var inboxURL: String

        enum CodingKeys: String, CodingKey {
            case apiURL = "api_url"
            case apiKey = "api_key"
            case smtp
            case inboxURL = "inbox_url"
        }
    }

    /// The binary that `make test` has built.
    static let binary: String = {
        if let path = ProcessInfo.processInfo.environment["MARTLET_BINARY"] { return path }
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(".build/debug/martlet").path
    }()

    let daemon: Daemon
    let ready: Ready

    /// `martlet dev --json` on free ports.
    static func dev(data: TemporaryFolder, _ extra: [String] = []) throws -> Engine {
        let daemon = try Daemon(
            binary,
            [
                "dev", "--json", "--data", data.path, "--api", "127.0.0.1:\(FreePort.next())", "--submission",
                "127.0.0.1:\(FreePort.next())", "--inbox", "127.0.0.1:\(FreePort.next())",
            ] + extra)
        let isReady = eventually { daemon.output.contains("\n") || !daemon.isRunning }
        try #require(isReady && daemon.isRunning, "martlet dev did not start: \(daemon.errors)")
        let line = daemon.output.split(separator: "\n")[0]
        return Engine(daemon: daemon, ready: try JSONDecoder().decode(Ready.self, from: Data(line.utf8)))
    }

    /// `martlet serve` with this configuration, once its port accepts connections.
    static func serve(configuration: String, port: UInt16, in folder: TemporaryFolder) throws -> Daemon {
        let file = try folder.file("martlet.yaml", text: configuration)
        let daemon = try Daemon(binary, ["serve", "--config", file.path])
        try #require(daemon.waits(for: port), "martlet serve did not start: \(daemon.errors)")
        return daemon
    }

    func post(_ path: String, _ body: String, key: String? = nil) throws -> Curl.Answer {
        try Curl.send("POST", "\(ready.apiURL)\(path)", key: key ?? ready.apiKey, body: body)
    }

    func get(_ path: String, key: String? = nil) throws -> Curl.Answer {
        try Curl.send("GET", "\(ready.apiURL)\(path)", key: key ?? ready.apiKey)
    }
}
