import Foundation
import Testing

/// One receiver for each phase of the conversation, which falls silent there until it is healed; and one that behaves.
final class StuckReceivers {
    static let phases = ["connect", "ehlo", "mail", "rcpt", "data", "dot"]
    /// Everything is tried again at once.
    static let hurried =
        "retry: {first: 1s, factor: 1, maximum: 1s, connection: {first: 1s, factor: 1, maximum: 1s}}, "
        + "site_back_off: {first: 1s, factor: 1, maximum: 1s}"
    static let shortTimeouts =
        "timeouts: {connect: 1s, banner: 1s, hello: 1s, mail: 1s, recipient: 1s, data: 1s, block: 1s, final_dot: 1s, "
        + "reset: 1s, quit: 1s}"

    private let python: String
    private let folder: TemporaryFolder
    private let seen: URL
    private let ports: [String: UInt16]
    private let daemon: Daemon

    init(_ python: String) throws {
        self.python = python
        folder = try TemporaryFolder()
        seen = try folder.file("seen")
        let ports = Dictionary(uniqueKeysWithValues: (Self.phases + ["none"]).map { ($0, FreePort.next()) })
        self.ports = ports
        daemon = try Daemon(
            python,
            [Tool.peer("stuck.py"), seen.path, folder.path + "/healed"] + ports.map { "\($0.value):\($0.key)" })
        let daemon = daemon
        try #require(eventually { daemon.output.contains("ready") }, "\(daemon.errors)")
    }

    /// Every phase is a domain, routed to its receiver.
    func configuration(
        data: TemporaryFolder, submission: UInt16, queue: String, timeouts: String = "connections: 20"
    ) -> String {
        let phases = ports.keys.sorted()
        let transports = phases.map { phase in
            "  \(phase): {kind: relay, hosts: [\"127.0.0.1:\(ports[phase] ?? 0)\"], tls: none, \(timeouts)}"
        }
        let routes = phases.map { "  - {match: \($0).example, transport: \($0)}" }
        return """
            hostname: relay.example
            data: \(data.path)/data
            api: {listen: "127.0.0.1:\(FreePort.next())"}
            submission:
              - {listen: "127.0.0.1:\(submission)", tls: none, trusted_networks: [127.0.0.0/8]}
            queue: {\(queue)}
            transports:
            \(transports.joined(separator: "\n"))
            routes:
            \(routes.joined(separator: "\n"))
              - {match: "*", transport: none}
            """
    }

    func hand(_ count: Int, from first: Int, to phase: String, through port: UInt16) throws {
        let handed = try Tool.run(
            python, [Tool.peer("hand.py"), "\(port)", "\(count)", "\(first)", "\(phase).example"])
        #expect(handed.status == 0, "\(handed.output)\(handed.errors)")
    }

    func heal() throws { try folder.file("healed") }

    private var lines: [Substring] {
        get throws { try String(contentsOf: seen, encoding: .utf8).split(separator: "\n") }
    }

    /// The numbers that were answered 250, each as often as it was.
    var arrived: [Int] { get throws { try lines.compactMap { Int($0) } } }

    /// Conversations that were left hanging, by phase.
    var stuck: [String: Int] {
        get throws {
            let phases = try lines.filter { $0.hasSuffix(" stuck") }.map { String($0.dropLast(6)) }
            return Dictionary(phases.map { ($0, 1) }, uniquingKeysWith: +)
        }
    }
}
