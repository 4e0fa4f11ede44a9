/// The DNS as the engine needs it. Implementations never block a loop, cache by TTL, and bound everything they parse.
public protocol Resolver: Sendable {
    /// Sorted by preference, not shuffled.
    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord>
    /// A and AAAA together, IPv6 first unless IPv6 is switched off.
    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress>
    /// The character-strings of each record joined (RFC 7208 §3.3, RFC 6376 §3.6.2.2).
    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String>
    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord>
    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String>
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
