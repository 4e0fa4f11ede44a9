import Mail

/// Whether a name below the domain leads to this engine: as a CNAME, or by records of its own that say the same.
struct AliasProbe {
    var resolver: any Resolver
    var hostname: String

    /// The name that bounces come back to: mail for it must reach this engine.
    func returnPath(_ name: String) -> DomainProbe {
        let (resolver, host) = (resolver, hostname.lowercased())
        return DomainProbe(.returnPath, record: name, type: "CNAME") { () throws(ResolverFailure) in
            let (target, answer) = (try await resolver.mx(host), try await resolver.mx(name))
            var finding = Self.finding(.returnPath, name, host)
            let exchanges = answer.records.map(\.exchange)
            finding.published =
                answer.canonicalName == name || answer.canonicalName.isEmpty
                ? answer.records.map { "\($0.preference) \($0.exchange)" } : [answer.canonicalName]
            if answer.canonicalName == host || answer.canonicalName == target.canonicalName || exchanges.contains(host)
            {
                return finding
            }
            let isThere = !exchanges.isEmpty || !finding.published.isEmpty
            return Self.failed(
                &finding, isThere ? .mismatch : .missing,
                isThere
                    ? "Bounces for \(name) go elsewhere: make it a CNAME to \(host), or give it the MX record '10 "
                        + "\(host).'."
                    : "Publish a CNAME record from \(name) to \(host), so that bounces come back to this engine.")
        }
    }

    /// The name in rewritten links: web requests for it must reach this engine.
    func tracking(_ name: String) -> DomainProbe {
        let (resolver, host) = (resolver, hostname.lowercased())
        return DomainProbe(.tracking, record: name, type: "CNAME") { () throws(ResolverFailure) in
            let (target, answer) = (try await resolver.addresses(host), try await resolver.addresses(name))
            var finding = Self.finding(.tracking, name, host)
            let isAlias = answer.canonicalName != name && !answer.canonicalName.isEmpty
            finding.published = isAlias ? [answer.canonicalName] : answer.records.prefix(10).map { "\($0)" }
            if isAlias, answer.canonicalName == host || answer.canonicalName == target.canonicalName { return finding }
            // A DNS that flattens aliases shows the addresses only.
            if !answer.records.isEmpty, Set(answer.records).isSubset(of: target.records) { return finding }
            let isThere = isAlias || !answer.records.isEmpty
            return Self.failed(
                &finding, isThere ? .mismatch : .missing,
                isThere
                    ? "\(name) leads elsewhere: make it a CNAME to \(host)."
                    : "Publish a CNAME record from \(name) to \(host), so that links under your own name can be "
                        + "rewritten."
            )
        }
    }

    private static func finding(_ subject: DomainFinding.Subject, _ name: String, _ host: String) -> DomainFinding {
        DomainFinding(subject, .ok, record: name, type: "CNAME", expected: [host])
    }

    private static func failed(
        _ finding: inout DomainFinding, _ status: DomainFinding.Status, _ advice: String
    ) -> DomainFinding {
        DomainFinding(
            finding.subject, status, record: finding.record, type: finding.type, published: finding.published,
            expected: finding.expected, advice: advice)
    }
}
