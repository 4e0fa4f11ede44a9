package import Mail

/// Finds the record that applies to an author's domain, and the organizational domain of any.
package struct DMARCDiscovery: Sendable {
    /// What was found.
    package struct Finding: Hashable, Sendable {
        package var record: DMARCRecord
        /// Where it stands.
        package var domain: Domain
        /// Of the author; `nil` when the author's own record made it needless to ask.
        package var organizationalDomain: Domain?
        /// `nil` when the record asks for nothing (RFC 9989 §4.10.1).
        package var policy: DMARCPolicy?
        package var tag: DMARCOutcome.PolicyTag
        /// Whether the author's domain exists; `nil` when nobody had to know, or when it could not be found out.
        package var authorExists: Bool?
        /// Why not.
        package var existenceFailure: ResolverFailure?
    }

    package let rules: DMARCRules
    let resolver: any Resolver

    package init(resolver: any Resolver, rules: DMARCRules = .rfc9989) {
        self.resolver = resolver
        self.rules = rules
    }

    /// The record for mail of this author; `nil` when there is none. Asks at most eight questions for it, and one more
    /// where the record has `np`.
    package func find(for author: Domain) async throws(ResolverFailure) -> Finding? {
        var lookups = makeLookups()
        return try await find(for: author, &lookups)
    }

    /// The domain itself when nothing says otherwise.
    package func organizationalDomain(of domain: Domain) async throws(ResolverFailure) -> Domain {
        var lookups = makeLookups()
        return try await organizationalDomain(of: domain, &lookups)
    }

    /// All records on the way up, for whoever wants to show them. RFC 9989 only.
    package func walk(from domain: Domain) async throws(ResolverFailure) -> DMARCWalk {
        var lookups = makeLookups()
        return try await lookups.walk(from: domain)
    }

    /// How many DMARC records stand at the name itself: more than one count as none.
    package func recordCount(at domain: Domain) async throws(ResolverFailure) -> Int {
        var lookups = makeLookups()
        switch try await lookups.answer(at: domain) {
        case .none: return 0
        case .record: return 1
        case .several(let count): return count
        }
    }

    func makeLookups() -> DMARCLookups { DMARCLookups(resolver: resolver, grammar: rules.grammar) }

    func find(for author: Domain, _ lookups: inout DMARCLookups) async throws(ResolverFailure) -> Finding? {
        guard !author.isAddressLiteral else { return nil }
        let own = try await lookups.answer(at: author)
        if case .record(let record) = own {
            // RFC 9989 §4.10.1: the author's own record, whose `p` applies.
            return Finding(
                record: record, domain: author, organizationalDomain: record.publicSuffix == .no ? author : nil,
                policy: record.policy, tag: .p)
        }
        switch rules {
        case .rfc9989:
            let walk = try await lookups.walk(from: author)
            guard let above = walk.policyRecord else { return nil }
            return await applying(
                above.record, at: above.domain, to: author, organization: walk.organizationalDomain, &lookups)
        case .rfc7489(let suffixes):
            // RFC 7489 §6.6.3 step 5: several records end the discovery.
            guard own == .none, let organization = suffixes?.organizationalDomain(of: author), organization != author,
                case .record(let record) = try await lookups.answer(at: organization)
            else { return nil }
            return await applying(record, at: organization, to: author, organization: organization, &lookups)
        }
    }

    /// A record from above the author.
    private func applying(
        _ record: DMARCRecord, at domain: Domain, to author: Domain, organization: Domain,
        _ lookups: inout DMARCLookups
    ) async -> Finding {
        var finding = Finding(
            record: record, domain: domain, organizationalDomain: organization, policy: record.policy, tag: .p)
        if record.nonexistentPolicy != nil {
            do throws(ResolverFailure) {
                finding.authorExists = try await lookups.exists(author)
            } catch {
                finding.existenceFailure = error
            }
        }
        if let (policy, tag) = record.policyBelow(exists: finding.authorExists ?? true) {
            finding.policy = policy
            finding.tag = tag
        }
        return finding
    }

    func organizationalDomain(
        of domain: Domain, _ lookups: inout DMARCLookups
    ) async throws(ResolverFailure) -> Domain {
        switch rules {
        case .rfc9989: try await lookups.walk(from: domain).organizationalDomain
        case .rfc7489(let suffixes): suffixes?.organizationalDomain(of: domain) ?? domain
        }
    }

    /// Whether an authenticated domain may vouch for the author (RFC 9989 §4.4).
    func isAligned(
        _ identifier: Domain, with author: Domain, _ alignment: DMARCRecord.Alignment, _ lookups: inout DMARCLookups
    ) async throws(ResolverFailure) -> Bool {
        // RFC 9989 §4.10.2: the same domain needs no walk.
        if identifier == author { return true }
        guard alignment == .relaxed, !identifier.isAddressLiteral else { return false }
        let organization = try await organizationalDomain(of: author, &lookups)
        // An organizational domain lies above what it is the organization of, so most strangers cost no question.
        guard identifier.isWithin(organization) else { return false }
        return try await organizationalDomain(of: identifier, &lookups) == organization
    }
}
