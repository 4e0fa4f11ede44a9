/// What became of one delivery attempt.
public struct Outcome: Hashable, Sendable {
    public var verdict: Verdict
    /// The remote reply that decided it, when one did.
    public var reply: Reply?
    public var host: RemoteHost?
    public var tls: TLSFacts?
    /// From the start of the attempt to the verdict.
    public var elapsed: Duration
    /// Whether the host sends status notifications itself (RFC 3461), as far as it was asked; the journal does not keep
    /// it.
    public var offersDSN: Bool?

    public init(
        _ verdict: Verdict, reply: Reply? = nil, host: RemoteHost? = nil, tls: TLSFacts? = nil,
        elapsed: Duration = .zero
    ) {
        self.verdict = verdict
        self.reply = reply
        self.host = host
        self.tls = tls
        self.elapsed = elapsed
    }
}

public enum Verdict: Hashable, Sendable {
    /// The remote host took responsibility (RFC 5321 §6.1).
    case delivered
    /// Try again later.
    case deferred(DeferralReason)
    /// Never try again.
    case bounced(BounceReason)
}

/// Why a delivery must wait. The raw values stand in the journal: never change one.
public enum DeferralReason: UInt8, Hashable, Sendable, CaseIterable {
    /// A 4xx reply, kept in `Outcome.reply`.
    case remoteReply = 1
    case connectionRefused = 2
    case connectionTimeout = 3
    /// The connection broke in mid-dialogue.
    case connectionLost = 4
    /// A step of RFC 5321 §4.5.3.2 took too long.
    case replyTimeout = 5
    case tlsFailed = 6
    /// The policy wants TLS and the host does not offer it.
    case tlsUnavailable = 7
    case dnsFailure = 8
    /// What the host said is not SMTP.
    case protocolViolation = 9
    /// The smarthost refused our credentials, or offers no mechanism we may use.
    case authenticationFailed = 10
    /// Our own content could not be read or signed.
    case contentUnavailable = 11
    case shuttingDown = 12
    /// No route leads there in the configuration at present.
    case noRoute = 13
    /// An enforced MTA-STS policy does not name the hosts that could be reached (RFC 8461 §4.1).
    case tlsPolicyForbidsHosts = 14
    /// The configuration asks for DANE or MTA-STS and the destination publishes neither.
    case tlsPolicyMissing = 15
    /// The host's TLS is not what the destination's DANE or MTA-STS policy demands.
    case tlsPolicyNotMet = 16
    /// Whether there are TLSA records cannot be found out now, so the host must not be used (RFC 7672 §2.2).
    case tlsaLookupFailed = 17
    /// The proxy of the source cannot be reached, refuses, or does not speak its protocol. Says nothing of the site.
    case proxyFailed = 18
    /// The address of the source is not on this machine now. Says nothing of the site.
    case sourceUnavailable = 19
    /// All hosts have addresses of a family only that the source has none of: IPv6 for a source with IPv4, or the other
    /// way round. Another source may do.
    case noAddressFamily = 20
    /// The host hung up or kept silent before its greeting: often a load balancer with nobody behind it. Like a host that
    /// does not answer, it takes no mail at all.
    case noGreeting = 21
}

/// Why a delivery is given up. The raw values stand in the journal: never change one.
public enum BounceReason: UInt8, Hashable, Sendable, CaseIterable {
    /// A 5xx reply, kept in `Outcome.reply`.
    case remoteReply = 1
    case noSuchDomain = 2
    /// RFC 7505: the domain says that it takes no mail.
    case nullMX = 3
    /// The domain exists and has neither MX nor address.
    case noMailHost = 4
    /// RFC 6531 §3.2: the content needs SMTPUTF8 and the host does not offer it.
    case needsSMTPUTF8 = 5
    /// The content has 8-bit bytes, the host offers no 8BITMIME, and we do not rewrite signed content.
    case needs8BitMIME = 6
    /// RFC 1870 §6.1: above the size the host announced.
    case tooLarge = 7
    /// The lifetime in the queue is over.
    case expired = 8
    /// The best MX is this host itself (RFC 5321 §5.1).
    case mailLoop = 9
    case cancelled = 10
    /// The configuration forbids this destination.
    case policy = 11
}

/// The host that answered, or was tried.
public struct RemoteHost: Hashable, Sendable {
    /// The MX or smarthost name; empty when only the address is known.
    public var name: String
    /// `address:port`, IPv6 in brackets.
    public var address: String

    public init(name: String, address: String) {
        self.name = name
        self.address = address
    }
}
