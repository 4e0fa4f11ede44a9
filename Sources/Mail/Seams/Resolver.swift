/// The DNS as the engine needs it. Implementations never block a loop, cache by TTL, and bound everything they parse.
public protocol Resolver: Sendable {
    /// Sorted by preference, not shuffled.
    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord>
    /// A and AAAA together, IPv6 first unless IPv6 is switched off.
    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress>
    /// A or AAAA alone, whatever the settings say of IPv6: SPF asks by the family of the client (RFC 7208 §5), so the
    /// other question would be wasted.
    func addresses(_ name: String, family: IPFamily) async throws(ResolverFailure) -> Answer<IPAddress>
    /// The character-strings of each record joined (RFC 7208 §3.3, RFC 6376 §3.6.2.2).
    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String>
    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord>
    /// The CNAME record of the name itself, not followed. DANE asks whether that one link is secure where the end of
    /// the chain is not (RFC 7672 §2.2.2).
    func alias(_ name: String) async throws(ResolverFailure) -> Answer<String>
    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String>
}

extension Resolver {
    /// None: for resolvers that do not tell links of a chain apart.
    public func alias(_ name: String) async throws(ResolverFailure) -> Answer<String> {
        Answer(status: .noData, canonicalName: name, ttl: 0)
    }

    /// The addresses of one family out of both, for resolvers that have no cheaper way.
    public func addresses(_ name: String, family: IPFamily) async throws(ResolverFailure) -> Answer<IPAddress> {
        var answer = try await addresses(name)
        answer.records.removeAll { IPFamily(of: $0) != family }
        if answer.status == .found, answer.records.isEmpty { answer.status = .noData }
        return answer
    }
}

/// Which of the two kinds of address, and so which record type: A or AAAA.
public enum IPFamily: Hashable, Sendable, CaseIterable {
    case v4
    case v6

    /// As the value stands: an IPv4-mapped address is `v6` until it is `unmapped`.
    public init(of address: IPAddress) {
        switch address {
        case .v4: self = .v4
        case .v6: self = .v6
        }
    }
}

/// What the DNS said. Both negative answers of RFC 2308 are answers, not failures.
public struct Answer<Record: Sendable & Hashable>: Hashable, Sendable {
    public enum Status: Hashable, Sendable {
        case found
        /// The name exists, without records of this type (NODATA).
        case noData
        /// RFC 2308 §2.1: the name does not exist (NXDOMAIN).
        case nonexistent
    }

    public var status: Status
    public var records: [Record]
    /// The name at the end of the CNAME chain, lower-case, without the final dot.
    public var canonicalName: String
    /// Seconds for which the answer may be kept.
    public var ttl: UInt32
    /// The AD bit of a resolver that the configuration trusts (RFC 4035 §3.2.3).
    public var isAuthenticated: Bool

    public init(
        status: Status, records: [Record] = [], canonicalName: String, ttl: UInt32, isAuthenticated: Bool = false
    ) {
        self.status = status
        self.records = records
        self.canonicalName = canonicalName
        self.ttl = ttl
        self.isAuthenticated = isAuthenticated
    }
}

/// Why there is no answer now. All of these are temporary for whoever waits for mail to go out.
public enum ResolverFailure: Error, Hashable, Sendable {
    case timeout
    /// SERVFAIL, REFUSED and their like, with the response code.
    case server(rcode: UInt8)
    case malformed
    /// Every server is unreachable.
    case unreachable
    /// The name cannot be put into a question: a label above 63 bytes, a name above 255.
    case badName
    case cancelled
}

public struct MXRecord: Hashable, Sendable {
    public var preference: UInt16
    /// Lower-case, without the final dot; empty for the null MX (RFC 7505 §3).
    public var exchange: String
    public init(preference: UInt16, exchange: String) {
        self.preference = preference
        self.exchange = exchange
    }
}

/// RFC 6698 §2.1.
public struct TLSARecord: Hashable, Sendable {
    public var usage: UInt8
    public var selector: UInt8
    public var matchingType: UInt8
    public var data: [UInt8]
    public init(usage: UInt8, selector: UInt8, matchingType: UInt8, data: [UInt8]) {
        self.usage = usage
        self.selector = selector
        self.matchingType = matchingType
        self.data = data
    }
}
