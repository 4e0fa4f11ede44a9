package import Mail

/// Asks where a domain wants to have its TLS reports (RFC 8460 §3). Keeps nothing beyond the resolver's cache.
package struct TLSRPTCheck: Sendable {
    private let resolver: any Resolver

    package init(resolver: any Resolver) { self.resolver = resolver }

    package func record(for domain: Domain) async -> TLSRPTLookup {
        if domain.isAddressLiteral { return .absent }
        do throws(ResolverFailure) {
            return TLSRPTLookup(try await resolver.txt(TLSRPTRecord.name(for: domain)))
        } catch {
            return .failed(error)
        }
    }
}
