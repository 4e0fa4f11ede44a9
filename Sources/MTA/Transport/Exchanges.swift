import Mail

/// Which hosts take a destination's mail, as the DNS says (RFC 5321 §5.1). Pure: the answer comes in, a decision goes
/// out.
///
/// Shared by the router, which names the site by these hosts, and the transport, which connects to them.
enum Exchanges: Hashable, Sendable {
    /// Groups of equal preference, best first; inside a group in alphabetical order, so that equal sets compare equal.
    case hosts([[String]])
    /// The destination is an address literal (RFC 5321 §4.1.3).
    case address(IPAddress)
    /// Nothing can be carried there.
    case none(Verdict)

    /// - Parameter ownNames: lower-case names of this host.
    static func decide(
        _ destination: Domain, _ answer: Result<Answer<MXRecord>, ResolverFailure>, ownNames: Set<String>
    ) -> Exchanges {
        switch answer {
        case .failure(.badName): return .none(.bounced(.noSuchDomain))
        case .failure: return .none(.deferred(.dnsFailure))
        case .success(let answer):
            switch answer.status {
            case .nonexistent: return .none(.bounced(.noSuchDomain))
            case .noData: return implicit(destination, ownNames)
            case .found: return sorted(answer.records, destination, ownNames)
            }
        }
    }

    static func literal(_ destination: Domain) -> Exchanges {
        destination.literalAddress.map { .address($0) } ?? .none(.bounced(.noSuchDomain))
    }

    /// RFC 5321 §5.1: without MX records the domain is its own host, with preference 0.
    private static func implicit(_ destination: Domain, _ ownNames: Set<String>) -> Exchanges {
        ownNames.contains(destination.text) ? .none(.bounced(.mailLoop)) : .hosts([[destination.text]])
    }

    private static func sorted(
        _ records: [MXRecord], _ destination: Domain, _ ownNames: Set<String>
    ) -> Exchanges {
        // RFC 7505 §3: a single record with an empty exchange says that the domain takes no mail; beside others it is
        // to be ignored.
        if records.count == 1, records[0].exchange.isEmpty { return .none(.bounced(.nullMX)) }
        let records = records.filter { !$0.exchange.isEmpty }
        guard !records.isEmpty else { return implicit(destination, ownNames) }
        // RFC 5321 §5.1: when this host is among the exchanges, it and all that are no better are left out.
        let own = records.filter { ownNames.contains($0.exchange) }.map(\.preference).min()
        let usable = records.filter { record in own.map { record.preference < $0 } ?? true }
        guard !usable.isEmpty else { return .none(.bounced(.mailLoop)) }
        let groups = Dictionary(grouping: usable, by: \.preference).sorted { $0.key < $1.key }
        var seen: Set<String> = []
        let hosts = groups.map { group in group.value.map(\.exchange).sorted().filter { seen.insert($0).inserted } }
        return .hosts(hosts.filter { !$0.isEmpty })
    }

    /// The order to try the hosts in: by preference, at random inside one (RFC 5321 §5.1).
    static func shuffled(_ groups: [[String]], using generator: inout some RandomNumberGenerator) -> [String] {
        groups.flatMap { $0.shuffled(using: &generator) }
    }
}
