package import Loop
package import Mail

/// Carries mail straight to the MX hosts of its destination.
package final class SMTPTransport: Transport {
    private let shards: [SMTPShard]

    /// - Parameters:
    ///   - context: without one, STARTTLS is not used and a policy that demands it defers everything.
    ///   - policies: what destinations publish, for the modes that obey it.
    ///   - attempts: hears of every session in these modes, once for each connection that came to TLS or should have.
    package init(
        _ options: SMTPTransportOptions, resolver: any Resolver, context: TLSClientContext?,
        policies: (any TLSPolicySource)? = nil, attempts: (any TLSAttemptLog)? = nil, loops: [EventLoop]
    ) {
        var rules = HostPlan.Rules()
        rules.limits = options.client.limits
        rules.allowsLoopback = options.allowsLoopbackTargets
        rules.ownAddresses = options.ownAddresses
        let settings = SMTPShard.Settings(
            source: .exchanges(resolver, port: options.port, ownNames: options.ownNames), options: options.client,
            rules: rules, context: context, policies: policies, attempts: attempts)
        shards = loops.map { SMTPShard(settings, dialer: SocketDialer(loop: $0), time: $0.time, executor: $0) }
    }

    package func carry(_ batch: DeliveryBatch, on lane: Lane) async -> [Outcome] {
        await shards[lane.shard % shards.count].carry(batch, on: lane)
    }

    package func shutDown() async {
        for shard in shards { await shard.shutDown() }
    }
}

package struct SMTPTransportOptions: Sendable {
    package var client: ClientOptions
    /// 25, unless a test or a closed network has it otherwise.
    package var port: UInt16 = 25
    /// Lower-case names of this host, so that an MX record that names it is seen as a loop.
    package var ownNames: Set<String>
    package var ownAddresses: Set<IPAddress> = []
    /// Lets the DNS lead to 127.0.0.0/8, ::1, 0.0.0.0 and :: — for development and tests only.
    package var allowsLoopbackTargets = false

    package init(client: ClientOptions) {
        self.client = client
        ownNames = [client.heloName.lowercased()]
    }
}
