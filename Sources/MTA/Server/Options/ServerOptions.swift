package import Loop
package import Mail

/// All that the operator decides about one listening address.
package struct ServerOptions: Sendable {
    /// Port 0 asks the kernel for one.
    package var address: SocketAddress
    /// What the server calls itself in its greeting, and the domain of `<Postmaster>`.
    package var hostname: String
    /// Follows from the destination that the server is given.
    package internal(set) var role = ServerRole.submission
    package var tls: ListenerTLS
    /// Clients that may relay without AUTH and TLS, and are not counted against the limit per client.
    package var trustedNetworks: [IPNetwork] = []
    package var limits = ServerLimits()
    package var timeouts = ServerTimeouts()
    package var strayLineEnds = StrayLineEnds.refuse
    package var synchronisation = Synchronisation.strict

    package init(address: SocketAddress, hostname: String, tls: ListenerTLS = .none) {
        self.address = address
        self.hostname = hostname
        self.tls = tls
    }
}

/// What the listener is for.
package enum ServerRole: Sendable, Equatable {
    /// Mail goes to the queue; the client must be known (RFC 6409).
    case submission
    /// Mail for any recipient from anybody is kept for people to look at.
    case inbox
    /// Mail from strangers for the addresses that the sink takes: port 25. It is authenticated, not relayed.
    case inbound
}

package enum ListenerTLS: Sendable, Equatable {
    case none
    /// RFC 3207.
    case startTLS
    /// RFC 8314 §3.3: TLS from the first byte.
    case implicit
}

/// What happens to a client that speaks out of turn: before the greeting, or behind a command whose reply decides what
/// comes next (RFC 2920 §3.1).
package enum Synchronisation: Sendable, Equatable {
    /// 503, and the connection closes.
    case strict
    case lenient
}

package struct ServerLimits: Sendable {
    /// Bytes of content, after unstuffing: 552 5.3.4, and what SIZE announces.
    package var messageSize = 26_214_400
    /// Bytes up to the empty line.
    package var headerSize = 262_144
    /// RFC 5321 §4.5.3.1.8 wants at least 100.
    package var recipients = 1_000
    /// Bytes of a command line with its CRLF: 512 (RFC 5321 §4.5.3.1.4) and what the extensions add.
    package var commandLine = 2_048
    /// RFC 4954 §4.
    package var saslLine = 12_288
    /// Replies that count as the client's mistake, before 421.
    package var errors = 20
    package var authFailures = 3
    /// NOOP, RSET, VRFY, HELP, EHLO since the last message; each one above counts as an error.
    package var idleCommands = 100
    /// BDAT commands in one message.
    package var chunks = 4_096
    package var connections = 5_000
    package var connectionsPerClient = 100

    package init() {}
}

package struct ServerTimeouts: Sendable {
    /// RFC 5321 §4.5.3.2.7.
    package var command = Duration.seconds(300)
    /// Between two pieces of content.
    package var dataBlock = Duration.seconds(180)
    /// From 354 to the final dot.
    package var data = Duration.seconds(600)
    package var handshake = Duration.seconds(60)
    /// How long a reply may take to be taken.
    package var write = Duration.seconds(60)
    /// How long the greeting is held back to see whether the client speaks first; zero sends it at once.
    package var greetingPause = Duration.zero
    /// How long a drain waits for transactions under way.
    package var drain = Duration.seconds(600)

    package init() {}
}
