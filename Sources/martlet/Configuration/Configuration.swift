import DNSAuth
import Logging
import Loop
import MTA
import Mail
import Queue

/// Everything that an operator can set, with its default: what `martlet.yaml` is read into.
struct Configuration {
    /// The name of this host in banners, EHLO, Received and Message-ID.
    var hostname: String
    /// The folder that holds journal, SQL files and captured mail.
    var data: String
    /// Whom to become after the ports are bound, when started as root.
    var user: String?
    /// Event loops for SMTP; one per core when 0.
    var loops = 0
    var logLevel = Logger.Level.info
    var api = APIConfiguration()
    /// Bytes of a message, however it comes in: what SIZE announces, intake takes and the API composes.
    var messageSize = 26_214_400
    var listeners: [ListenerConfiguration] = []
    var transports: [String: TransportConfiguration] = [:]
    var routes: [RouteConfiguration] = []
    var resolver = ResolverOptions()
    var segmentSize = 64 << 20
    var queue = QueueOptions()
    /// Longest time that SIGTERM waits for transactions under way.
    var drain = Duration.seconds(30)
    /// A sender's domain must be one that the tenant has, and verified.
    var requiresVerifiedDomain = true
    var requiresKnownDomain = true

    init(hostname: String, data: String) {
        self.hostname = hostname
        self.data = data
    }
}

struct APIConfiguration {
    var host = "127.0.0.1"
    var port = 8025
}

/// One submission port.
struct ListenerConfiguration {
    var line = 0
    var options: ServerOptions
    var certificate: String?
    var key: String?
}

/// A way out, by the name that routes use.
struct TransportConfiguration {
    enum Kind {
        /// To the MX of the destination.
        case smtp(SMTPTransportSettings)
        /// To a smarthost.
        case relay(RelayTransportSettings)
        /// Into the capture inbox.
        case capture
        /// Nowhere, at once: for benchmarks.
        case null
    }

    var kind: Kind
    var limits = SiteLimits()
}

struct SMTPTransportSettings {
    var client: ClientOptions
    var port: UInt16 = 25
    var allowsLoopbackTargets = false
}

struct RelayTransportSettings {
    var client: ClientOptions
    /// `host:port`, tried in order.
    var hosts: [RelayHost] = []
}

struct RelayHost: Hashable {
    var name: String
    var port: UInt16
}

/// Which destinations a transport gets. The most specific match counts: the domain, the longest suffix, then `*`.
struct RouteConfiguration {
    var match: RouteMatch
    var transport: String
}
