import DNSAuth
import Logging
import Loop
import MTA
import Mail
import Queue
import Service

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
    var inbound = InboundConfiguration()
    var authentication = AuthenticatorOptions()
    var reports = ReportConfiguration()
    /// How sending domains are looked at, and what their owners are advised to publish.
    var domainChecks = DomainCheckOptions()
    var sending: SendingSetup
    var outside = OutsideConfiguration()
    var transports: [String: TransportConfiguration] = [:]
    var routes: [RouteConfiguration] = []
    var resolver = ResolverOptions()
    /// All domains of one provider share a site.
    var rollsUpProviders = true
    /// `limits` as the file has them, before those of `shaping.yaml` join them.
    var limitRules: [ThrottleRule] = []
    var shaping = ShapingConfiguration()
    var segmentSize = 64 << 20
    var queue = QueueOptions()
    /// Where mail leaves from; `.none` leaves it to the transports.
    var egress = EgressTable.none
    /// The names under `sources`, also where no table can be made of them.
    var sourceNames: [String] = []
    /// Whose days are counted by, warm-ups and daily quotas.
    var daily = DailySetup()
    /// Longest time that SIGTERM waits for transactions under way.
    var drain = Duration.seconds(30)
    /// A sender's domain must be one that the tenant has, and verified.
    var requiresVerifiedDomain = true
    var requiresKnownDomain = true

    init(hostname: String, data: String) {
        self.hostname = hostname
        self.data = data
        sending = SendingSetup(hostname: hostname)
    }
}

struct APIConfiguration {
    var host = "127.0.0.1"
    var port = 8025
}

/// Mail from strangers: which ports, which addresses, and what becomes of it.
struct InboundConfiguration {
    var listeners: [ListenerConfiguration] = []
    /// Mail for any address in these domains is taken.
    var domains: Set<Domain> = []
    /// Refuse mail that fails DMARC where the author's domain asks for it.
    var obeysPolicy = false
    /// The authserv-id in Authentication-Results; `hostname` when nothing else is given.
    var authority: String?
}

/// DMARC and TLS reports: those of others that come in, and our own.
struct ReportConfiguration {
    /// Mail to these is read as reports.
    var addresses: [Mailbox] = []
    /// Who sends ours. `nil`: none are made.
    var contact: Mailbox?
    var organization = ""
    /// TLS reports (RFC 8460) to the destinations, aggregate reports (RFC 9990) to the authors' domains.
    var sendsTLS = true
    var sendsDMARC = true
    var retention = Duration.seconds(400 * 86_400)
}

/// What the engine may reach besides mail hosts, and whom it trusts there.
struct OutsideConfiguration {
    /// Certificates in PEM to trust instead of the system's.
    var caFile: String?
    var allowsLoopback = false
    var allowedNetworks: [IPNetwork] = []
}

/// One submission or inbound port.
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
