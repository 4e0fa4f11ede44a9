import Mail

/// The two questions behind "the addresses of a host", and how their answers become one.
struct AddressFamilies: Sendable {
    let name: DNSName
    let questions: [Question]
    private let useIPv6: Bool

    init(_ name: String, useIPv6: Bool) throws(ResolverFailure) {
        guard !name.isEmpty else { throw .badName }
        let name = try DNSName(name)
        self.name = name
        self.useIPv6 = useIPv6
        questions = (useIPv6 ? [.aaaa, .a] : [.a]).map { Question(name, $0) }
    }

    /// The loopback addresses when the name is localhost.
    var loopback: Answer<IPAddress>? {
        var local = Self.loopback(name)
        if !useIPv6 { local?.records.removeAll { IPFamily(of: $0) == .v6 } }
        return local
    }

    /// RFC 6761 §6.3: localhost is answered here and never asked for.
    static func loopback(_ name: DNSName) -> Answer<IPAddress>? {
        guard name.text == "localhost" || name.text.hasSuffix(".localhost") else { return nil }
        return Answer(
            status: .found, records: [.v6(high: 0, low: 1), .v4(0x7F00_0001)], canonicalName: name.text, ttl: 86_400,
            isAuthenticated: true)
    }

    /// Addresses of either family are enough. Without any, a failure of one family leaves the question open, so it
    /// outranks the other's "none".
    func joined(_ answers: [CachedAnswer]) throws(ResolverFailure) -> Answer<IPAddress> {
        var joined: Answer<IPAddress>?
        var failure: ResolverFailure?
        for answer in answers {
            do {
                let next = try answer.addresses()
                joined = joined.map { Self.join($0, next) } ?? next
            } catch { failure = error }
        }
        if let joined, !joined.records.isEmpty { return joined }
        if let failure { throw failure }
        guard let joined else { throw .malformed }
        return joined
    }

    private static func join(_ a: Answer<IPAddress>, _ b: Answer<IPAddress>) -> Answer<IPAddress> {
        if a.records.isEmpty != b.records.isEmpty {
            // Only the family that has addresses is used, so only its signature and its name matter.
            var chosen = a.records.isEmpty ? b : a
            chosen.ttl = min(a.ttl, b.ttl)
            return chosen
        }
        var joined = a
        joined.records += b.records
        joined.ttl = min(a.ttl, b.ttl)
        joined.isAuthenticated = a.isAuthenticated && b.isAuthenticated
        // RFC 2308 §2.1: a name that does not exist has no type at all; one such answer says so for both.
        if b.status == .nonexistent { joined.status = .nonexistent }
        return joined
    }
}
