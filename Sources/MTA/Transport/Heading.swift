import Loop
import Mail

/// Where a destination's mail may go, and what the destination publishes about the way.
struct Heading: Hashable, Sendable {
    enum Hosts: Hashable, Sendable {
        /// MX hosts in groups of equal preference, best first.
        case groups([[String]], port: UInt16)
        /// Smarthosts in the order of the configuration.
        case smarthosts([MailHost])
        case address(IPAddress, port: UInt16)

        /// Whether the destination's mail may go to the host of this name. Smarthosts take all mail, and the site of an
        /// address has that address alone.
        func include(_ name: String) -> Bool {
            switch self {
            case .groups(let groups, _): groups.contains { $0.contains(name) }
            case .smarthosts, .address: true
            }
        }
    }

    var hosts: Hosts
    /// That of a smarthost has no MTA-STS, and its name is as good as a secure MX list: the configuration gave it.
    var policy: DestinationTLSPolicy
    /// The destination's names, which may stand in a DANE-TA certificate.
    var names: [String] = []
    /// How long the MX answer holds.
    var lifetime: Duration = .zero

    /// Nothing is published.
    static let silence = DestinationTLSPolicy(sts: .absent, isExchangeListSecure: false)

    func plan(
        rules: HostPlan.Rules, mode: TLSMode, families: AddressFamilies = .all,
        using generator: inout some RandomNumberGenerator
    ) -> HostPlan {
        var rules = rules
        rules.families = families
        switch hosts {
        case .groups(let groups, let port):
            let names = Exchanges.shuffled(groups, using: &generator)
            return HostPlan(hosts: names.map { MailHost(name: $0, port: port) }, rules: rules)
        case .smarthosts(let hosts): return HostPlan(hosts: hosts, rules: rules)
        case .address(let address, let port):
            return HostPlan(address: address, port: port, rules: rules, ruling: ruling(mode, host: "", dane: .absent))
        }
    }

    /// What a connection to one of the hosts has to prove on behalf of this destination.
    func ruling(_ mode: TLSMode, host: String, dane: DANEStatus) -> TLSRuling.Ruling {
        let ruling = TLSRuling.decide(mode, policy, host: host, dane: dane, names: names)
        guard case .smarthosts = hosts else { return ruling }
        // Reports are for destinations (RFC 8460 §3), and a smarthost fails for everybody or for nobody.
        switch ruling {
        case .success(var demand):
            demand.isPublished = false
            demand.report = nil
            return .success(demand)
        case .failure(var exclusion):
            exclusion.report = nil
            return .failure(exclusion)
        }
    }

    /// Whether the destination lets the host take its mail: it may be another one's of the same provider.
    func names(_ host: String) -> Bool {
        switch hosts {
        case .groups(let groups, _): groups.contains { $0.contains(host) }
        case .smarthosts: true
        case .address: false
        }
    }

    /// Whether a connection that was opened for a destination with the same hosts is good enough for this one.
    func isSatisfied(by proof: ConnectionProof, _ mode: TLSMode) -> Bool {
        // A domain may name other hosts to the transport than it named to the router. Its own mail goes there, and
        // nobody else's of the same site.
        guard hosts.include(proof.host) else { return false }
        guard mode.asksForPolicies else { return true }
        var dane = DANEStatus.absent
        if TLSRuling.needsDANE(mode, policy) {
            // Opened for a destination whose MX list is insecure, so nobody has asked for TLSA records.
            guard let known = proof.dane else { return false }
            dane = known
        }
        guard case .success(let demand) = ruling(mode, host: proof.host, dane: dane) else { return false }
        switch demand.protection {
        case .none, .opportunistic: return true
        case .encrypted: return proof.tls != nil
        case .verified: return proof.tls?.verification == .verified
        case .dane(let reference):
            guard proof.tls?.verification == .dane else { return false }
            // A DANE-TA certificate may have been for the name of the other destination.
            guard let name = proof.verifiedName else { return true }
            return reference.names.contains { MTASTSPolicy.matches(host: $0, pattern: name) }
        }
    }
}

/// What an open connection has proved.
struct ConnectionProof: Hashable, Sendable {
    /// The MX host.
    var host: String
    var tls: TLSFacts?
    /// The name in the certificate that matched, maybe with a wildcard; `nil` where no name was looked at.
    var verifiedName: String?
    /// What the host's TLSA records said when it was opened; `nil` where nobody asked.
    var dane: DANEStatus?
}

/// Headings of the last moments, so that a busy destination is not looked up for every batch.
struct HeadingMemory {
    private var known: [Domain: (heading: Heading, until: MonotonicInstant)] = [:]
    private static let capacity = 4_096
    /// A policy that has changed is obeyed within this time, whatever the TTL of the MX records.
    private static let longest: Duration = .seconds(60)
    /// Whoever compares the ways of several destinations must find them unchanged when the mail goes.
    private static let shortest: Duration = .seconds(5)

    func heading(for destination: Domain, at now: MonotonicInstant) -> Heading? {
        guard let entry = known[destination], entry.until > now else { return nil }
        return entry.heading
    }

    mutating func remember(_ heading: Heading, for destination: Domain, now: MonotonicInstant) {
        if known.count >= Self.capacity { known = known.filter { $0.value.until > now } }
        // Still full: forgetting costs questions that the caches have the answers to.
        if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
        known[destination] = (heading, now + min(max(heading.lifetime, Self.shortest), Self.longest))
    }
}
