package import Mail

/// All that destinations publish about the TLS of their mail hosts: DANE out of the DNS, and MTA-STS.
package struct PublishedTLSPolicies: TLSPolicySource {
    private let dane: DANECheck
    private let sts: any MTASTSSource

    /// - Parameter resolver: DANE applies only where its answers are marked as secure.
    package init(resolver: any Resolver, sts: any MTASTSSource) {
        dane = DANECheck(resolver: resolver)
        self.sts = sts
    }

    package func policy(for destination: Domain, exchanges: Answer<MXRecord>) async -> DestinationTLSPolicy {
        // RFC 7672 §2.2.1: hosts out of an MX list that nobody vouches for may be the attacker's own. Where there is no
        // list, the domain is its own host and §2.2.2 asks for secure addresses instead.
        let isSecure = exchanges.status != .found || exchanges.isAuthenticated
        // A literal has no zone to publish anything in.
        if destination.isAddressLiteral { return DestinationTLSPolicy(sts: .absent, isExchangeListSecure: false) }
        return DestinationTLSPolicy(sts: await sts.policy(for: destination), isExchangeListSecure: isSecure)
    }

    package func dane(for host: String, port: UInt16, addresses: Answer<IPAddress>) async -> DANEStatus {
        await dane.status(of: host, port: port, addresses: addresses)
    }
}
