package import Mail

/// Where a destination's MTA-STS policy comes from: `MTASTSCache` in the engine, a table in tests.
package protocol MTASTSSource: Sendable {
    /// The policy in force now, from the cache or fetched. Bounded in time; what goes wrong is a case of the result.
    func policy(for destination: Domain) async -> DestinationTLSPolicy.STS
}
