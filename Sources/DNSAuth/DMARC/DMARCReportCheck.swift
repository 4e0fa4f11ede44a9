package import Mail

/// Whether a place outside the domain wants its reports: without that anybody could have reports sent to anybody
/// (RFC 9990 §4).
package struct DMARCReportCheck: Sendable {
    package enum Verdict: Hashable, Sendable {
        /// The same organization: no question was needed.
        case sameOrganization
        /// The destination says so. Where its record names addresses these replace the one asked about; only those at
        /// the same host are kept.
        case authorized(replacement: [DMARCReportURI])
        case refused(reason: String)
        case temperror(reason: String)
    }

    package enum Kind: Sendable {
        case aggregate
        case failure
    }

    private let discovery: DMARCDiscovery

    package init(resolver: any Resolver, rules: DMARCRules = .rfc9989) {
        discovery = DMARCDiscovery(resolver: resolver, rules: rules)
    }

    /// - Parameter domain: where the record with the URI was found.
    package func verdict(on uri: DMARCReportURI, of domain: Domain, for kind: Kind = .aggregate) async -> Verdict {
        guard let destination = uri.mailbox?.domain else {
            return .refused(reason: "'\(uri.scheme)' is no scheme that reports are sent by")
        }
        return await verdict(on: destination, of: domain, for: kind)
    }

    /// - Parameter destination: the host of the address that reports go to.
    package func verdict(on destination: Domain, of domain: Domain, for kind: Kind = .aggregate) async -> Verdict {
        do throws(ResolverFailure) {
            var lookups = discovery.makeLookups()
            // RFC 9990 §4: no verification where both have one organizational domain.
            if try await discovery.isAligned(destination, with: domain, .relaxed, &lookups) { return .sameOrganization }
            return try await ask(destination, domain, kind)
        } catch {
            return .temperror(reason: "\(error)")
        }
    }

    /// The record at the destination alone, whatever the organizational domains are.
    func ask(_ destination: Domain, _ domain: Domain, _ kind: Kind) async throws(ResolverFailure) -> Verdict {
        guard !destination.isAddressLiteral else { return .refused(reason: "the destination is an address") }
        let name = "\(domain.text)._report._dmarc.\(destination.text)"
        let texts: [String]
        do throws(ResolverFailure) {
            texts = try await discovery.resolver.txt(name).records
        } catch {
            guard error == .badName else { throw error }
            return .refused(reason: "the name to ask at is too long")
        }
        let records = texts.compactMap { DMARCParser.parse($0, grammar: discovery.rules.grammar) }
        guard !records.isEmpty else { return .refused(reason: "\(name) has no DMARC record") }
        // RFC 9990 §4: what does not parse as tag=value pairs authorizes nothing. A policy record is read past its
        // errors; here no report goes to a stranger in doubt.
        let good = records.filter { !$0.hasBrokenPair }
        guard !good.isEmpty else { return .refused(reason: "the record at \(name) is malformed") }
        let addresses = good.flatMap { kind == .aggregate ? $0.aggregateReports : $0.failureReports }
        return .authorized(replacement: addresses.filter { $0.mailbox?.domain == destination })
    }
}

extension DMARCRecord {
    fileprivate var hasBrokenPair: Bool {
        faults.contains {
            switch $0 {
            case .malformed: true
            case .missingPolicy, .misplacedPolicy, .badValue, .duplicate, .emptyTag, .unknown, .obsolete, .obsoleteSize,
                .badURI, .tooMany:
                false
            }
        }
    }
}
