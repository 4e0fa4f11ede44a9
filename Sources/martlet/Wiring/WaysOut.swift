import Loop
import MTA
import Mail
import Synchronization

/// The transports and the route table that the configuration describes.
enum WaysOut {
    /// The name of the exit for mail of test keys; no transport of the configuration can have it.
    private static let captureExit = "(capture)"

    static func router(
        _ configuration: Configuration, resolver: any Resolver, policies: PolicyRoom,
        attempts: (any TLSAttemptLog)?, loops: [EventLoop], captured: any Inbox, time: any TimeSource
    ) throws(StartFailure) -> TableRouter {
        var exits = [
            Exit(name: captureExit, transport: CaptureTransport(inbox: captured, time: time), sites: .one)
        ]
        for (name, transport) in configuration.transports {
            exits.append(
                exit(
                    name, transport, rollsUp: configuration.rollsUpProviders, resolver: resolver, policies: policies,
                    attempts: attempts, loops: loops, captured: captured, time: time))
        }
        let rules =
            configuration.routes.map { RouteRule($0.match, exit: $0.transport) } + [RouteRule(.test, exit: captureExit)]
        do {
            return TableRouter(
                try RouteTable(rules, exits: exits), resolver: resolver, time: time,
                ownNames: [configuration.hostname.lowercased()])
        } catch {
            throw StartFailure("the routes contradict each other: \(error)")
        }
    }

    private static func exit(
        _ name: String, _ transport: TransportConfiguration, rollsUp: Bool, resolver: any Resolver,
        policies: PolicyRoom, attempts: (any TLSAttemptLog)?, loops: [EventLoop], captured: any Inbox,
        time: any TimeSource
    ) -> Exit {
        switch transport.kind {
        case .smtp(let settings):
            var options = SMTPTransportOptions(client: settings.client)
            options.port = settings.port
            options.allowsLoopbackTargets = settings.allowsLoopbackTargets
            options.ownAddresses = OwnAddresses.now()
            let smtp = SMTPTransport(
                options, resolver: resolver, context: policies.trust, policies: policies.policies, attempts: attempts,
                loops: loops)
            return Exit(
                name: name, transport: smtp, sites: rollsUp ? .byProvider : .byExchanges,
                limits: transport.limits)
        case .relay(let settings):
            var options = RelayTransportOptions(
                hosts: settings.hosts.map { .init(name: $0.name, port: $0.port) }, heloName: settings.client.heloName)
            options.client = settings.client
            let relay = RelayTransport(
                options, resolver: resolver, context: policies.trust, policies: policies.policies, loops: loops)
            return Exit(name: name, transport: relay, sites: .one, limits: transport.limits)
        case .capture:
            let capture = CaptureTransport(inbox: captured, time: time)
            return Exit(name: name, transport: capture, sites: .one, limits: transport.limits)
        case .null:
            return Exit(name: name, transport: NullTransport(), sites: .one, limits: transport.limits)
        }
    }
}

/// The router in force; `SIGHUP` puts another in its place. Mail that a site has already taken goes out the old way.
final class SwitchedRouter: Router {
    private let router: Mutex<TableRouter>

    init(_ router: TableRouter) { self.router = Mutex(router) }

    func replace(with other: TableRouter) { router.withLock { $0 = other } }

    func knownRoute(to destination: Domain, isTest: Bool) -> RouteDecision? {
        router.withLock { $0 }.knownRoute(to: destination, isTest: isTest)
    }

    func route(to destination: Domain, isTest: Bool) async -> RouteDecision {
        await router.withLock { $0 }.route(to: destination, isTest: isTest)
    }
}
