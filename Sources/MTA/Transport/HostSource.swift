import Mail

/// Where a shard learns which hosts to try.
enum HostSource: Sendable {
    /// Direct delivery: the destination's MX hosts.
    case exchanges(any Resolver, port: UInt16, ownNames: Set<String>)
    /// A smarthost: always the same hosts, in this order.
    case fixed([MailHost], any Resolver)

    /// The plan for an attempt, or the verdict where there is nobody to try.
    func plan(
        for destination: Domain, rules: HostPlan.Rules, using generator: inout some RandomNumberGenerator
    ) async -> Result<HostPlan, NoHost> {
        switch self {
        case .fixed(let hosts, _):
            return .success(HostPlan(hosts: hosts, rules: rules))
        case .exchanges(let resolver, let port, let ownNames):
            switch await Self.exchanges(of: destination, resolver, ownNames: ownNames) {
            case .hosts(let groups):
                let names = Exchanges.shuffled(groups, using: &generator)
                return .success(HostPlan(hosts: names.map { MailHost(name: $0, port: port) }, rules: rules))
            case .address(let address): return .success(HostPlan(address: address, port: port, rules: rules))
            case .none(let verdict): return .failure(NoHost(verdict: verdict))
            }
        }
    }

    static func exchanges(
        of destination: Domain, _ resolver: any Resolver, ownNames: Set<String>
    ) async -> Exchanges {
        if destination.isAddressLiteral { return .literal(destination) }
        do {
            return .decide(destination, .success(try await resolver.mx(destination.text)), ownNames: ownNames)
        } catch {
            return .decide(destination, .failure(error), ownNames: ownNames)
        }
    }

    /// The addresses of one host; a host that is an address is not asked for.
    func addresses(of host: MailHost) async -> Result<Answer<IPAddress>, ResolverFailure> {
        if let address = IPAddress(host.name) {
            return .success(Answer(status: .found, records: [address], canonicalName: host.name, ttl: 0))
        }
        let resolver: any Resolver =
            switch self {
            case .exchanges(let resolver, _, _): resolver
            case .fixed(_, let resolver): resolver
            }
        do {
            return .success(try await resolver.addresses(host.name))
        } catch {
            return .failure(error)
        }
    }
}

/// Nobody takes mail for the destination, and what that means for it.
struct NoHost: Error {
    var verdict: Verdict
}
