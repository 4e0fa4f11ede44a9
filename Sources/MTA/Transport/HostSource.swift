import Mail

/// Where a shard learns which hosts to try.
enum HostSource: Sendable {
    /// Direct delivery: the destination's MX hosts.
    case exchanges(any Resolver, port: UInt16, ownNames: Set<String>)
    /// A smarthost: always the same hosts, in this order.
    case fixed([MailHost], any Resolver)

    /// Whether destinations of one site may lead to different hosts, because each has its own say in it.
    var differsByDestination: Bool {
        switch self {
        case .exchanges: true
        case .fixed: false
        }
    }

    /// The way there, or the verdict where there is nobody to try.
    /// - Parameter policies: asked what the destination publishes, together with the hosts; `nil` where that is of no
    ///   interest.
    func heading(
        for destination: Domain, policies: (any TLSPolicySource)?
    ) async -> Result<Heading, NoHost> {
        switch self {
        case .fixed(let hosts, _):
            let policy = DestinationTLSPolicy(sts: .absent, isExchangeListSecure: true)
            return .success(Heading(hosts: .smarthosts(hosts), policy: policy, lifetime: .seconds(60)))
        case .exchanges(let resolver, let port, let ownNames):
            if destination.isAddressLiteral {
                return Self.heading(.literal(destination), port, policy: Heading.silence)
            }
            let answer: Answer<MXRecord>
            do throws(ResolverFailure) {
                answer = try await resolver.mx(destination.text)
            } catch {
                return Self.heading(
                    .decide(destination, .failure(error), ownNames: ownNames), port, policy: Heading.silence)
            }
            let exchanges = Exchanges.decide(destination, .success(answer), ownNames: ownNames)
            guard case .hosts = exchanges, let policies else {
                return Self.heading(exchanges, port, policy: Heading.silence)
            }
            let policy = await policies.policy(for: destination, exchanges: answer)
            return Self.heading(exchanges, port, policy: policy).map {
                var heading = $0
                heading.names = [destination.text]
                if answer.isAuthenticated, !answer.canonicalName.isEmpty, answer.canonicalName != destination.text {
                    heading.names.append(answer.canonicalName)
                }
                heading.lifetime = .seconds(Int64(answer.ttl))
                return heading
            }
        }
    }

    private static func heading(
        _ exchanges: Exchanges, _ port: UInt16, policy: DestinationTLSPolicy
    ) -> Result<Heading, NoHost> {
        switch exchanges {
        case .hosts(let groups): .success(Heading(hosts: .groups(groups, port: port), policy: policy))
        case .address(let address): .success(Heading(hosts: .address(address, port: port), policy: policy))
        case .none(let verdict): .failure(NoHost(verdict: verdict))
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
