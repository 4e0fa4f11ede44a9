package import DNSAuth
package import Mail

/// Who wants a report, as the domains publish it.
package protocol ReportRequests: Sendable {
    func aggregate(about domain: Domain) async -> ReportRequest<AggregateRequest>
    func tls(about destination: Domain) async -> ReportRequest<TLSRequest>
}

package enum ReportRequest<Wish: Hashable & Sendable>: Hashable, Sendable {
    case wanted(Wish)
    case unwanted(reason: String)
    /// Not known now.
    case unknown(reason: String)
}

package struct AggregateRequest: Hashable, Sendable {
    package var policy: AggregatePolicy
    package var addresses: [Mailbox]

    package init(policy: AggregatePolicy, addresses: [Mailbox]) {
        self.policy = policy
        self.addresses = addresses
    }
}

package struct TLSRequest: Hashable, Sendable {
    package var addresses: [Mailbox]
    /// For POST (RFC 8460 §5.4).
    package var urls: [String]

    package init(addresses: [Mailbox], urls: [String]) {
        self.addresses = addresses
        self.urls = urls
    }
}

/// Asks the DNS, and for addresses outside the domain whether they want reports about it (RFC 9990 §4).
package struct PublishedReportRequests: ReportRequests {
    /// Addresses that one report goes to; who lists more gets no more.
    package static let limit = 10

    private let discovery: DMARCDiscovery
    private let check: DMARCReportCheck
    private let tls: TLSRPTCheck

    package init(resolver: any Resolver, rules: DMARCRules = .rfc9989) {
        discovery = DMARCDiscovery(resolver: resolver, rules: rules)
        check = DMARCReportCheck(resolver: resolver, rules: rules)
        tls = TLSRPTCheck(resolver: resolver)
    }

    package func aggregate(about domain: Domain) async -> ReportRequest<AggregateRequest> {
        let found: DMARCDiscovery.Finding?
        do throws(ResolverFailure) {
            found = try await discovery.find(for: domain)
        } catch {
            return .unknown(reason: "the DMARC record cannot be looked up: \(error)")
        }
        guard let found, found.domain == domain else { return .unwanted(reason: "there is no DMARC record any more") }
        let record = found.record
        guard !record.aggregateReports.isEmpty else { return .unwanted(reason: "the record names no address") }
        var addresses: [Mailbox] = []
        var reasons: [String] = []
        for uri in record.aggregateReports.prefix(Self.limit) {
            switch await check.verdict(on: uri, of: domain) {
            case .sameOrganization: addresses += [uri.mailbox].compactMap(\.self)
            case .authorized(let replacement):
                let replaced = replacement.prefix(Self.limit).compactMap(\.mailbox)
                addresses += replaced.isEmpty ? [uri.mailbox].compactMap(\.self) : replaced
            case .refused(let reason): reasons.append(reason)
            case .temperror(let reason): return .unknown(reason: reason)
            }
        }
        let wanted = Self.distinct(addresses)
        guard !wanted.isEmpty else { return .unwanted(reason: reasons.joined(separator: "; ")) }
        return .wanted(AggregateRequest(policy: policy(of: record, at: domain), addresses: wanted))
    }

    package func tls(about destination: Domain) async -> ReportRequest<TLSRequest> {
        switch await tls.record(for: destination) {
        case .absent: return .unwanted(reason: "there is no TLSRPT record")
        case .several(let count): return .unwanted(reason: "there are \(count) TLSRPT records")
        case .invalid(let failure): return .unwanted(reason: "the TLSRPT record is invalid: \(failure)")
        case .failed(let failure): return .unknown(reason: "the TLSRPT record cannot be looked up: \(failure)")
        case .found(let record):
            var request = TLSRequest(addresses: [], urls: [])
            for place in record.destinations.prefix(Self.limit) {
                switch place {
                case .mail(let address): request.addresses += [Mailbox(address)].compactMap(\.self)
                case .https(let url): request.urls.append(url)
                case .other: break
                }
            }
            request.addresses = Self.distinct(request.addresses)
            return request.addresses.isEmpty && request.urls.isEmpty
                ? .unwanted(reason: "the record names no place that reports can be sent to") : .wanted(request)
        }
    }

    /// RFC 9990 §3.1.1.5.
    private func policy(of record: DMARCRecord, at domain: Domain) -> AggregatePolicy {
        var discovery = AggregatePolicy.Discovery.treeWalk
        if case .rfc7489 = self.discovery.rules { discovery = .publicSuffixList }
        let options = record.failureOptions.map(\.rawValue).sorted().joined(separator: ":")
        return AggregatePolicy(
            domain: domain.text, p: record.policy ?? .none, sp: record.subdomainPolicy, np: record.nonexistentPolicy,
            adkim: record.dkimAlignment == .strict ? .strict : .relaxed,
            aspf: record.spfAlignment == .strict ? .strict : .relaxed, failureOptions: options,
            isTesting: record.isTesting, discovery: discovery)
    }

    private static func distinct(_ addresses: [Mailbox]) -> [Mailbox] {
        var seen: Set<Mailbox> = []
        return addresses.filter { seen.insert($0).inserted }.prefix(limit).map(\.self)
    }
}
