package import Loop

/// Everything an operator can tune about name resolution.
package struct ResolverOptions: Sendable {
    /// Asked in this order; one that does not answer moves behind the others for a while. Empty: `/etc/resolv.conf`.
    package var servers: [SocketAddress] = []
    /// How long one attempt at one server may take.
    package var timeout: Duration = .seconds(3)
    /// How often the list of servers is gone through before a question fails.
    package var attempts = 2
    /// Ask for AAAA, and give IPv6 addresses before IPv4.
    package var useIPv6 = true
    /// Believe the AD bit. Only for a validating resolver reached over a path nobody else can write to (RFC 4035
    /// §4.9.3).
    package var trustAD = false
    /// Mirror-check of random letter case in questions. Off by default: a few servers do not mirror.
    package var randomCase = false
    /// Answers kept, negative ones included.
    package var cacheCapacity = 65_536
    /// Seconds. Answers that say 0 are kept this long, so that one busy domain does not cost a query a message.
    package var minimumTTL: UInt32 = 1
    /// Seconds.
    package var maximumTTL: UInt32 = 86_400
    /// Seconds; RFC 2308 §5 advises one to three hours.
    package var negativeTTLCap: UInt32 = 3_600
    /// Seconds for which a failure is answered without asking again (RFC 9520 §3.2); 0 switches it off.
    package var failureTTL: UInt32 = 5
    /// Sockets open at once. Further questions wait their turn.
    package var maximumInFlight = 256
    /// How long a server that failed stays behind the others: doubled for each failure in a row, up to the maximum.
    package var penalty: Duration = .seconds(1)
    package var maximumPenalty: Duration = .seconds(60)

    package init() {}

    package init(servers: [SocketAddress]) { self.servers = servers }
}
