package import Loop
package import Mail

/// Hands all mail to a smarthost.
package final class RelayTransport: Transport {
    private let shards: [SMTPShard]

    /// - Parameter policies: for `dane` and `published`, which look for TLSA records of the smarthosts; MTA-STS is for
    ///   MX hosts, so `mta-sts` has nothing to go by and defers everything.
    package init(
        _ options: RelayTransportOptions, resolver: any Resolver, context: TLSClientContext?,
        policies: (any TLSPolicySource)? = nil, loops: [EventLoop]
    ) {
        var rules = HostPlan.Rules()
        rules.limits = options.client.limits
        // A smarthost on this machine is a choice of the operator, not of a stranger's DNS.
        rules.allowsLoopback = true
        // That the smarthost's name does not resolve is our trouble, never the recipient's.
        rules.withoutAddress = .deferred(.dnsFailure)
        let hosts = options.hosts.map { MailHost(name: $0.name, port: $0.port) }
        let settings = SMTPShard.Settings(
            source: .fixed(hosts, resolver), options: options.client, rules: rules, context: context,
            policies: policies)
        shards = loops.map { SMTPShard(settings, dialer: SocketDialer(loop: $0), time: $0.time, executor: $0) }
    }

    package func carry(_ batch: DeliveryBatch, on lane: Lane) async -> [Outcome] {
        await shards[lane.shard % shards.count].carry(batch, on: lane)
    }

    package func shutDown() async {
        for shard in shards { await shard.shutDown() }
    }
}

package struct RelayTransportOptions: Sendable {
    package struct Host: Hashable, Sendable {
        /// A name or an address without brackets; asked of the DNS for A and AAAA, never for MX.
        package var name: String
        package var port: UInt16

        package init(name: String, port: UInt16 = 25) {
            self.name = name
            self.port = port
        }
    }

    /// Tried in this order.
    package var hosts: [Host]
    package var client: ClientOptions

    /// - Parameter tls: by default verified TLS when there is a password to protect, else opportunistic.
    package init(
        hosts: [Host], heloName: String, credentials: ClientCredentials? = nil, tls: TLSMode? = nil
    ) {
        self.hosts = hosts
        client = ClientOptions(heloName: heloName, tls: tls ?? (credentials == nil ? .opportunistic : .verify))
        client.credentials = credentials
    }
}
