import ControlAPI
import CoreMetrics
import Foundation
import Logging
import Loop
import MTA
import Mail
import Queue
import UnixSignals

/// `martlet dev`: the same engine as in production, between a submission port and a receiving server of its own.
struct DevProcess {
    let data: String
    let api: HostPort
    let submission: HostPort
    let inbox: HostPort
    let json: Bool

    func run() async throws {
        let level = LogLevel(.warning)
        LoggingSystem.bootstrap { LevelledLogHandler(label: $0, level: level) }
        let registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)
        let log = Logger(label: "martlet")
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)

        try Privileges.drop(to: nil, data: data)
        try DataFolderFormat.check(data)
        let time = SystemTime()
        let loops = try EngineProcess.loops(0)
        let certificate: TLSServerContext
        do { certificate = try TLSServerContext.selfSigned(names: ["localhost"]) } catch {
            throw StartFailure("no certificate can be made: \(error.reason)")
        }
        let box = try InboxOpening.open("\(data)/inbox", time: time, log: log)
        let receiving = try SubmissionPorts.bind(
            [listener(inbox)], destination: .inbox(box), selfSigned: certificate)
        let door = LateDoor()
        let sending = try SubmissionPorts.bind(
            [listener(submission)], destination: .queue(door, policy: door), selfSigned: certificate)

        loops.start()
        let configuration = configuration(inboxPort: receiving.servers[0].server.address.port)
        let engine = try await Engine.start(configuration, loops: loops, devInbox: box, log: log) { intake, room in
            DevIntake(intake: intake, domains: room.domains, directory: room.directory)
        }
        door.open(intake: engine.door, policy: engine.policy)
        let secrets = try await DevSecrets.load(from: data, engine: engine)
        let readiness = Readiness()
        readiness.open(engine.services)
        for (server, _) in receiving.servers + sending.servers { server.start(on: loops) }

        try await withThrowingTaskGroup(of: Void.self) { group in
            let http = ControlServer(
                options: ControlOptions(host: api.host, port: Int(api.port), devInbox: box), readiness: readiness,
                registry: registry, log: log)
            group.addTask {
                try await EngineProcess.serve(http, on: APIConfiguration(host: api.host, port: Int(api.port)))
            }
            guard let port = await http.port() else { return try await group.waitForAll() }
            let welcome = DevWelcome(
                apiURL: "http://\(bracketed(api.host)):\(port)", key: secrets.apiKey, host: submission.host,
                port: sending.servers[0].server.address.port, user: secrets.user, password: secrets.password)
            print(json ? welcome.json : welcome.words)
            Terminal.flush()
            for await _ in signals { break }
            readiness.close()
            for (server, _) in sending.servers { await server.drain(time) }
            _ = await engine.stop()
            for (server, _) in receiving.servers { await server.drain(time) }
            await http.stop()
        }
        loops.stop()
    }

    private func listener(_ address: HostPort) throws -> ListenerConfiguration {
        guard let socket = SocketAddress("\(bracketed(address.host)):\(address.port)") ?? loopback(address) else {
            throw StartFailure("\(address.host) is not an IP address")
        }
        var options = ServerOptions(address: socket, hostname: "localhost", tls: .startTLS)
        options.timeouts.drain = .seconds(5)
        return ListenerConfiguration(options: options)
    }

    private func loopback(_ address: HostPort) -> SocketAddress? {
        address.host == "localhost" ? SocketAddress("127.0.0.1:\(address.port)") : nil
    }

    private func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }

    /// All mail goes to the receiving server, whatever its destination.
    private func configuration(inboxPort: UInt16) -> Configuration {
        var configuration = Configuration(hostname: "localhost", data: data)
        let host = inbox.host == "0.0.0.0" || inbox.host == "::" ? "127.0.0.1" : inbox.host
        let relay = RelayTransportSettings(
            client: ClientOptions(heloName: "localhost", tls: .opportunistic),
            hosts: [RelayHost(name: host, port: inboxPort)])
        configuration.transports = ["inbox": TransportConfiguration(kind: .relay(relay))]
        configuration.routes = [RouteConfiguration(match: .any, transport: "inbox")]
        configuration.requiresVerifiedDomain = false
        configuration.requiresKnownDomain = false
        configuration.queue.hostname = "localhost"
        configuration.queue.intake.folder = data
        // A developer's disk is often fuller than a server's may be.
        configuration.queue.intake.minimumFreeShare = 0.01
        configuration.segmentSize = 16 << 20
        configuration.drain = .seconds(5)
        return configuration
    }
}
