import Mail

/// Whether each address that mail leaves from has a name that leads back to it (RFC 8601 §2.7.3, `iprev`). The owner of
/// the domain cannot mend it, and large receivers refuse mail without it.
struct ReverseProbe {
    var resolver: any Resolver
    var hostname: String
    /// An address may have any number of names; more are not looked at, as RFC 7208 §4.6.4 has it for `ptr`.
    static let nameLimit = 10

    func probe(_ sources: [IPAddress]) -> DomainProbe {
        let prober = self
        return DomainProbe(.reverse, record: hostname, type: "PTR") { () throws(ResolverFailure) in
            try await prober.look(at: sources.isEmpty ? prober.resolver.addresses(prober.hostname).records : sources)
        }
    }

    private func look(at sources: [IPAddress]) async throws(ResolverFailure) -> DomainFinding {
        var finding = DomainFinding(.reverse, .ok, record: hostname, type: "PTR", expected: [hostname])
        guard !sources.isEmpty else {
            finding.status = .missing
            finding.advice = "\(hostname) has no address: the operator must publish one or name the source addresses."
            return settled(finding, good: 0, of: 1)
        }
        var good = 0
        var (nameless, unconfirmed): ([String], [String]) = ([], [])
        for source in sources {
            let names = try await resolver.ptr(source).records.prefix(Self.nameLimit)
            if names.isEmpty { nameless.append("\(source)") }
            var confirmed: String?
            for name in names {
                guard try await resolver.addresses(name).records.contains(where: { $0.unmapped == source.unmapped })
                else { continue }
                confirmed = name
                break
            }
            if confirmed != nil { good += 1 } else if !names.isEmpty { unconfirmed.append("\(source)") }
            finding.published.append("\(source) \(confirmed ?? names.first ?? "-")")
        }
        finding.published = Array(finding.published.prefix(10))
        if !unconfirmed.isEmpty {
            finding.status = .mismatch
            finding.advice =
                "The name of \(unconfirmed.joined(separator: ", ")) does not lead back to it: the operator must "
                + "publish matching address records."
        }
        if !nameless.isEmpty {
            finding.status = .missing
            finding.advice =
                "\(nameless.joined(separator: ", ")) has no PTR record: whoever hands out the address must set it "
                + "to \(hostname)."
        }
        return settled(finding, good: good, of: sources.count)
    }

    private func settled(_ finding: DomainFinding, good: Int, of count: Int) -> DomainFinding {
        var finding = finding
        finding.settled = finding.status
        finding.merit = 100 * good / count
        return finding
    }
}
