import Mail

/// What one message says about a question, CNAME chain included. A decision over values; no I/O.
///
/// Only records in the bailiwick count: in the answer section those owned by the name asked for or by the alias it
/// leads to, in the authority section the SOA of a zone that the last name lies in. Anything else a server adds is
/// ignored, so it cannot plant records for names it was not asked about (RFC 5452 §6).
enum AnswerReading: Hashable, Sendable {
    case found([RecordData], chain: AliasChain)
    case negative(Status, chain: AliasChain)
    /// The message ends at an alias; its target has to be asked for.
    case unfinished(chain: AliasChain)

    enum Status: Hashable, Sendable { case noData, nonexistent }
}

/// How far a name has been followed.
struct AliasChain: Hashable, Sendable {
    /// The name at the end so far.
    var name: DNSName
    /// Aliases passed.
    var length = 0
    /// The smallest TTL passed; for a negative answer RFC 2308 §5 has lowered it. `nil` until something set it.
    var ttl: UInt32?

    /// Longer chains are a misconfiguration or a loop. RFC 1034 §3.6.2 asks to signal loops, without a number.
    static let limit = 8

    mutating func lower(to ttl: UInt32) { self.ttl = min(self.ttl ?? .max, ttl) }
}

extension DNSMessage {
    /// Only for messages that `QueryPlan` let through: code NOERROR or NXDOMAIN, and no referral.
    /// - Parameter chain: where the earlier messages, if any, have led to. Its name is the one that was asked for.
    func reading(of type: RecordType, chain start: AliasChain) throws(ResolverFailure) -> AnswerReading {
        var chain = start
        while true {
            let owned = answers.filter { $0.owner == chain.name }
            let records = owned.filter { $0.data.answers(type) }
            if !records.isEmpty {
                for record in records { chain.lower(to: record.ttl) }
                return .found(records.map(\.data), chain: chain)
            }
            guard let (target, ttl) = owned.firstAlias else { break }
            chain.length += 1
            guard chain.length <= AliasChain.limit else { throw .malformed }
            chain.lower(to: ttl)
            chain.name = target
        }
        let negativeTTL = authority.filter { chain.name.isWithin($0.owner) }.negativeTTL
        let isNonexistent = responseCode == ResponseCode.nonexistentDomain
        // Aliases followed, and nothing that speaks for the last name: the server stopped at the border of its zone.
        if !isNonexistent, negativeTTL == nil, chain.length > start.length { return .unfinished(chain: chain) }
        // RFC 2308 §5: a negative answer without SOA says nothing of how long it holds, so it is not kept.
        chain.lower(to: negativeTTL ?? 0)
        // RFC 6604 §3: the code belongs to the last name of the chain.
        if isNonexistent { return .negative(.nonexistent, chain: chain) }
        return .negative(.noData, chain: chain)
    }
}

extension [ResourceRecord] {
    fileprivate var firstAlias: (DNSName, UInt32)? {
        for record in self {
            if case .alias(let target) = record.data { return (target, record.ttl) }
        }
        return nil
    }

    fileprivate var negativeTTL: UInt32? {
        for record in self {
            // RFC 2308 §5: the lesser of the SOA's own TTL and its MINIMUM.
            if case .startOfAuthority(let minimum) = record.data { return Swift.min(record.ttl, minimum) }
        }
        return nil
    }
}
