/// Says where a destination's mail goes: which site, and by which transport.
public protocol Router: Sendable {
    /// The answer where none of the work is needed: a fixed route, or a cached one. Never blocks.
    func knownRoute(to destination: Domain, isTest: Bool) -> RouteDecision?
    /// The answer after asking the DNS. Temporary trouble is `.unroutable` with a deferred outcome.
    func route(to destination: Domain, isTest: Bool) async -> RouteDecision
}

public enum RouteDecision: Sendable {
    case route(Route)
    /// Nothing can be carried there: null MX, no such domain, DNS trouble.
    case unroutable(Outcome)
}

/// A way out. All destinations with the same `site` share its queue, its connections and its limits.
public struct Route: Sendable {
    public var site: String
    public var transport: any Transport
    public var limits: SiteLimits

    public init(site: String, transport: any Transport, limits: SiteLimits) {
        self.site = site
        self.transport = transport
        self.limits = limits
    }
}

public struct SiteLimits: Hashable, Sendable {
    /// Lanes: batches under way at once. At least 1.
    public var connections: Int
    /// Recipients in one transaction. RFC 5321 §4.5.3.1.8 has every host accept 100.
    public var recipientsPerTransaction: Int
    /// Whether recipients of different destinations may share a transaction, and any connection of the site is good for
    /// all of them. Not where the site is a provider's, whose destinations have different hosts.
    public var mixesDestinations: Bool

    public init(connections: Int = 20, recipientsPerTransaction: Int = 100, mixesDestinations: Bool = true) {
        self.connections = connections
        self.recipientsPerTransaction = recipientsPerTransaction
        self.mixesDestinations = mixesDestinations
    }
}
