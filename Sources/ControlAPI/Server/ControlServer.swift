import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import ServiceLifecycle

/// The HTTP server of the control API.
package struct ControlServer: Sendable {
    private let group: ServiceGroup
    private let listening: AsyncStream<Int>
    private let announce: AsyncStream<Int>.Continuation

    package init(options: ControlOptions, readiness: Readiness, registry: PrometheusRegistry, log: Logger) {
        let router = ControlRouter.build(readiness: readiness, registry: registry, log: log)
        if let inbox = options.devInbox {
            ControlRouter.addDev(DevInbox(inbox: inbox), guard: LocalName(listensOn: options.host), to: router)
        }
        let (listening, announce) = AsyncStream.makeStream(of: Int.self)
        self.listening = listening
        self.announce = announce
        let application = Application(
            responder: router.buildResponder(),
            // RFC 9112 §9.5: a connection that says nothing is not kept for ever.
            server: PinnedConnections.server(.init(idleTimeout: .seconds(75))),
            configuration: .init(
                address: .hostname(options.host, port: options.port), serverName: "martlet", backlog: 1_024,
                reuseAddress: true),
            onServerRunning: { channel in announce.yield(channel.localAddress?.port ?? options.port) },
            logger: log)
        var configuration = ServiceGroupConfiguration(services: [application], logger: log)
        configuration.maximumGracefulShutdownDuration = .seconds(5)
        group = ServiceGroup(configuration: configuration)
    }

    /// Serves until `stop`. Throws when it cannot listen.
    package func run() async throws {
        defer { announce.finish() }
        try await group.run()
    }

    /// Answers what has been asked, then ends; what takes longer than five seconds is cut off.
    package func stop() async { await group.triggerGracefulShutdown() }

    /// The port, as soon as connections are accepted; `nil` when `run` has failed. To be asked once.
    package func port() async -> Int? {
        for await port in listening { return port }
        return nil
    }
}
