import ControlAPI
import CoreMetrics
import Foundation
import Logging
import Loop
import MTA
import Mail
import Service
import Synchronization
import UnixSignals

/// `martlet serve` from its first line to its exit: ports, privileges, engine, signals, drain.
struct EngineProcess {
    let configuration: Configuration
    let file: String
    let dataOverride: String?

    func run() async throws {
        let level = LogLevel(configuration.logLevel)
        LoggingSystem.bootstrap { LevelledLogHandler(label: $0, level: level) }
        let registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)
        let log = Logger(label: "martlet")
        DescriptorLimit.report(DescriptorLimit.raise(), for: configuration, log: log)
        // Trapped before anything starts, so that an early SIGTERM is not lost.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)

        let loops = try Self.loops(configuration.loops)
        let door = LateDoor()
        let ports = try SubmissionPorts.bind(
            configuration.listeners, destination: .queue(door, policy: door))
        let desk = LateDesk()
        let inbound = try SubmissionPorts.bind(
            configuration.inbound.listeners,
            destination: .inbound(
                InboundDesk(sink: desk, authenticator: desk, options: Self.inboundOptions(configuration))))
        let readiness = Readiness()
        try await withThrowingTaskGroup(of: Void.self) { group in
            let http = ControlServer(
                options: ControlOptions(host: configuration.api.host, port: configuration.api.port),
                readiness: readiness,
                registry: registry, log: log)
            group.addTask { try await Self.serve(http, on: configuration.api) }
            guard let port = await http.port() else { return try await group.waitForAll() }
            log.notice("the API listens", metadata: ["address": "\(configuration.api.host):\(port)"])
            // Privileges go when every port is bound and before anything is read.
            try Privileges.drop(to: configuration.user, data: configuration.data)

            loops.start()
            let engine: Engine
            do { engine = try await Engine.start(configuration, loops: loops, log: log) } catch {
                await http.stop()
                throw error
            }
            door.open(intake: engine.door, policy: engine.policy)
            desk.open(sink: engine.sink, authenticator: engine.authenticator)
            if let key = engine.firstKey {
                // Shown once, on standard output and not in a log that is kept.
                print("martlet: a first key for this data folder, shown only now: \(key.text)")
                Terminal.flush()
            }
            readiness.open(engine.services)
            for (server, _) in ports.servers {
                server.start(on: loops)
                log.notice("submission listens", metadata: ["address": "\(server.address)"])
            }
            for (server, _) in inbound.servers {
                server.start(on: loops)
                log.notice("inbound listens", metadata: ["address": "\(server.address)"])
            }
            for await signal in signals {
                if signal == .sighup {
                    await reload(engine, ports: [ports, inbound], level: level, log: log)
                    continue
                }
                log.notice("draining", metadata: ["signal": "\(signal)"])
                break
            }
            readiness.close()
            let inTime = await engine.stop {
                await withDiscardingTaskGroup { drains in
                    for (server, _) in ports.servers + inbound.servers {
                        drains.addTask { await server.drain(SystemTime()) }
                    }
                }
            }
            log.notice("stopped", metadata: ["everything under way finished": "\(inTime)"])
            await http.stop()
        }
        loops.stop()
    }

    private static func inboundOptions(_ configuration: Configuration) -> InboundOptions {
        var options = InboundOptions(hostname: configuration.hostname, authority: configuration.inbound.authority)
        options.obeysPolicy = configuration.inbound.obeysPolicy
        if let limits = configuration.inbound.listeners.first?.options.limits { options.headerSize = limits.headerSize }
        return options
    }

    private func reload(_ engine: Engine, ports: [SubmissionPorts], level: LogLevel, log: Logger) async {
        do {
            let changed = try ConfigurationFile.load(file, data: dataOverride)
            try await engine.reload(changed)
            for port in ports { port.reloadCertificates(log: log) }
            level.set(changed.logLevel)
            log.notice(
                "reloaded; listeners, data folder, DNS and the sizes of the queue count from the next start",
                metadata: ["file": "\(file)"])
        } catch let failure as ConfigurationFailure {
            for problem in "\(failure)".split(whereSeparator: \.isNewline) { log.error("\(problem)") }
            log.error("the configuration stays as it was", metadata: ["file": "\(file)"])
        } catch {
            log.error("the configuration stays as it was", metadata: ["reason": "\(error)"])
        }
    }

    static func serve(_ http: ControlServer, on api: APIConfiguration) async throws {
        do { try await http.run() } catch is CancellationError { return } catch {
            throw StartFailure("the API cannot listen on \(api.host):\(api.port): \(error)")
        }
    }

    static func loops(_ count: Int) throws(StartFailure) -> LoopGroup {
        let cores = count > 0 ? count : ProcessInfo.processInfo.activeProcessorCount
        do { return try LoopGroup(count: cores) } catch { throw StartFailure(SubmissionPorts.words(for: error)) }
    }
}
