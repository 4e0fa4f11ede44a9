import Logging
import Loop
import Mail
import Synchronization

/// What all conversations of one listener share.
final class ServerContext: Sendable {
    let options: ServerOptions
    let destination: MailDestination
    let metrics: ServerMetrics
    let logger: Logger
    private let tls: Mutex<TLSServerContext?>

    init(options: ServerOptions, destination: MailDestination, tls: TLSServerContext?, logger: Logger) {
        var options = options
        options.role = destination.role
        self.options = options
        self.destination = destination
        self.tls = Mutex(tls)
        self.logger = logger
        metrics = ServerMetrics(address: options.address.description)
    }

    /// The certificate in force; it may be replaced while the server runs.
    var tlsContext: TLSServerContext? {
        get { tls.withLock { $0 } }
        set { tls.withLock { $0 = newValue } }
    }

    func isTrusted(_ client: IPAddress) -> Bool {
        let client = client.unmapped
        return options.trustedNetworks.contains { $0.contains(client) }
    }

    func trustedPrincipal(for client: IPAddress) -> Principal? {
        switch destination {
        case .queue(_, let policy): isTrusted(client) ? policy.trusted : nil
        case .inbox, .inbound: nil
        }
    }
}
