package import Mail

/// How one receiver behaves in a simulation: what the sender does not know of it, and has to find out.
///
/// What a provider counts, it counts for each source; without sources, for all of us together.
package struct SiteScript: Sendable {
    /// The column of the report: the provider's name, or any other.
    package var name: String
    /// As `Provider` names it: all its domains share one site. `nil`: each domain is a site of its own.
    package var provider: String?
    package var domains: [Domain]
    /// Its part of the traffic that does not say otherwise.
    package var share = 1.0
    /// Our own limits of the route.
    package var limits = SiteLimits()

    /// Connections at once; `nil`: any number.
    package var connections: Int?
    /// Recipients in a time, beyond which it says "later".
    package var messages: RateLimit?
    package var trust: Trust?
    package var greylisting: Greylisting?
    package var reputation: Reputation?
    package var outages: [Outage] = []
    /// Share of the recipients that get a temporary failure at random.
    package var temporaryFailures = 0.0
    /// Share of the addresses that nobody has.
    package var unknownUsers = 0.0
    /// Share of the questions for a route that the DNS does not answer.
    package var dnsFailures = 0.0
    /// Addresses that mail is sent to.
    package var population = 100_000
    package var latency = Latency()
    package var replies: SiteReplies

    package init(name: String, provider: String?, domains: [Domain]) {
        self.name = name
        self.provider = provider
        self.domains = domains
        replies = SiteReplies.of(provider ?? "")
    }

    /// The name of the site that serves a domain, in the form that the router gives it.
    func site(of domain: Int) -> String {
        provider.map { "mx:@\($0)" } ?? "mx:\(domains[domain].text)"
    }

    /// What a new source may send in a day. It grows with the days on which the source has sent.
    package struct Trust: Hashable, Sendable {
        package var first: Int
        package var factor: Double
        package var maximum: Int

        package init(first: Int, factor: Double, maximum: Int) {
            self.first = first
            self.factor = factor
            self.maximum = maximum
        }

        /// - Parameter days: days before this one on which the source has sent.
        func cap(after days: Int) -> Int {
            var cap = Double(first)
            for _ in 0..<min(days, 400) where cap < Double(maximum) { cap *= max(1, factor) }
            return min(maximum, Int(min(cap, 1e15)))
        }
    }

    /// The first attempt of a triple (source, sender, recipient) is put off; later ones are, until the delay is over.
    package struct Greylisting: Hashable, Sendable {
        package var delay: Duration
        /// Share of the triples that the site knows already.
        package var known: Double

        package init(delay: Duration, known: Double = 0) {
            self.delay = delay
            self.known = known
        }
    }

    /// A score of 1 at best, for each source. Below the threshold the site refuses everything for a time.
    package struct Reputation: Hashable, Sendable {
        /// What one recipient over a rate or a day's trust costs.
        package var strike: Double
        /// What one address that nobody has costs.
        package var unknownUser: Double
        /// What comes back in an hour.
        package var recovery: Double
        package var threshold: Double
        package var block: Duration

        package init(
            strike: Double = 0.000_2, unknownUser: Double = 0.001, recovery: Double = 0.05, threshold: Double = 0.5,
            block: Duration = .seconds(4 * 3_600)
        ) {
            self.strike = strike
            self.unknownUser = unknownUser
            self.recovery = recovery
            self.threshold = threshold
            self.block = block
        }
    }

    /// A time in which no connection comes about.
    package struct Outage: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            case refused
            case timeout
        }

        /// From the beginning of the simulation.
        package var start: Duration
        package var length: Duration
        package var kind: Kind

        package init(start: Duration, length: Duration, kind: Kind) {
            self.start = start
            self.length = length
            self.kind = kind
        }
    }

    package struct Latency: Hashable, Sendable {
        /// To open a connection, up to the answer to EHLO.
        package var connect = Duration.milliseconds(120)
        /// One transaction, without its recipients.
        package var transaction = Duration.milliseconds(180)
        /// What each recipient adds.
        package var recipient = Duration.milliseconds(4)
        /// Up to this share is added at random.
        package var spread = 0.5

        package init() {}
    }
}
