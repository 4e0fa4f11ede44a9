import Mail

/// Which DMARC record applies to a domain, and what it asks for.
extension DomainInspection {
    func dmarcSection(_ domain: Domain) async -> DomainReport.Section {
        let discovery = DMARCDiscovery(resolver: resolver, rules: options.dmarc)
        let finding: DMARCDiscovery.Finding?
        let ownCount: Int
        let organization: Domain
        var walk: DMARCWalk?
        do throws(ResolverFailure) {
            finding = try await discovery.find(for: domain)
            ownCount = try await discovery.recordCount(at: domain)
            organization = try await discovery.organizationalDomain(of: domain)
            if case .rfc9989 = options.dmarc { walk = try await discovery.walk(from: domain) }
        } catch {
            return Self.broken(
                .dmarc, "the DNS does not answer for the DMARC record: \(error)",
                fix: "check the name servers; receivers answer temperror")
        }
        guard let finding else {
            var section = DomainReport.Section(.dmarc, "none")
            section.state("organizational_domain", .text(organization.text))
            if ownCount > 1 {
                section.find(.problem, "\(ownCount) records at _dmarc.\(domain), which count as none", fix: "keep one")
            } else {
                let record = "v=DMARC1; p=none; rua=mailto:dmarc-reports@\(organization)"
                section.find(
                    .problem, "no DMARC record: anybody can write mail from \(domain)",
                    fix: "publish _dmarc.\(organization) TXT \"\(record)\"")
            }
            return section
        }
        var section = DomainReport.Section(.dmarc, Self.summary(finding, domain))
        section.published = Self.published(finding, walk)
        Self.state(finding, organization, &section)
        if ownCount > 1 {
            section.find(.problem, "\(ownCount) records at _dmarc.\(domain), which count as none", fix: "keep one")
        }
        Self.judge(finding, domain, &section)
        for fault in finding.record.faults { Self.judge(fault, &section) }
        await judgeDestinations(finding, &section)
        if section.findings.isEmpty { section.find(.ok, "mail that fails is to be rejected or quarantined") }
        return section
    }

    private static func summary(_ finding: DMARCDiscovery.Finding, _ domain: Domain) -> String {
        guard let policy = finding.policy else { return "a record that asks for nothing" }
        let place = finding.domain == domain ? "" : " from _dmarc.\(finding.domain)"
        return "\(finding.tag.rawValue)=\(policy.rawValue)\(finding.record.isTesting ? ", test mode" : "")\(place)"
    }

    private static func published(_ finding: DMARCDiscovery.Finding, _ walk: DMARCWalk?) -> [DomainReport.Node] {
        let all = walk.map(\.found) ?? [.init(domain: finding.domain, record: finding.record)]
        return all.map {
            .init("_dmarc.\($0.domain)\($0.domain == finding.domain ? " (applies)" : "")  \($0.record.text)")
        }
    }

    private static func state(
        _ finding: DMARCDiscovery.Finding, _ organization: Domain, _ section: inout DomainReport.Section
    ) {
        let record = finding.record
        section.state("record_domain", .text(finding.domain.text))
        section.state("organizational_domain", .text(organization.text))
        section.state("record", .text(ReportText.printable(record.text)))
        if let policy = finding.policy {
            section.state("policy", .text(policy.rawValue))
            section.state("policy_tag", .text(finding.tag.rawValue))
        }
        section.state("testing", .flag(record.isTesting))
        section.state("adkim", .text(record.dkimAlignment.rawValue))
        section.state("aspf", .text(record.spfAlignment.rawValue))
        section.state("rua", .list(record.aggregateReports.map { .text($0.text) }))
        section.state("ruf", .list(record.failureReports.map { .text($0.text) }))
    }

    private static func judge(
        _ finding: DMARCDiscovery.Finding, _ domain: Domain, _ section: inout DomainReport.Section
    ) {
        let record = finding.record
        guard let policy = finding.policy else {
            section.find(
                .problem, "the record has no valid policy and no address for reports, so DMARC does not apply",
                fix: "add p=none, p=quarantine or p=reject")
            return
        }
        if policy == .none {
            section.find(
                .note, "\(finding.tag.rawValue)=none: mail that fails is delivered all the same",
                fix: "go on to quarantine and reject when the reports show that your own mail passes")
        }
        if record.isTesting, policy != .none {
            section.find(
                .note, "t=y: receivers apply the next milder policy", fix: "remove t=y when the reports are clean")
        }
        if record.percentage < 100 {
            section.find(.note, "pct=\(record.percentage): only a part of the mail that fails is treated so")
        }
        if finding.domain == domain, policy != .none {
            if record.subdomainPolicy == DMARCPolicy.none {
                section.find(
                    .note, "sp=none leaves every name below \(domain) unprotected", fix: "remove sp, or add np=reject")
            }
        }
        if record.aggregateReports.isEmpty {
            section.find(
                .note, "nobody is told what passes and fails",
                fix: "add rua=mailto:dmarc-reports@\(finding.domain)")
        }
        if let failure = finding.existenceFailure {
            section.find(.problem, "whether \(domain) exists cannot be looked up: \(failure)")
        }
    }

    private static func judge(_ fault: DMARCRecordFault, _ section: inout DomainReport.Section) {
        switch fault {
        // Said already, by its consequence.
        case .missingPolicy: section.find(.note, "\(fault)", fix: "add p=")
        case .misplacedPolicy: section.find(.note, "\(fault)", fix: "put p= right behind v=DMARC1")
        case .unknown, .obsolete, .obsoleteSize: section.find(.note, "\(fault)", fix: "remove it")
        case .emptyTag: section.find(.note, "\(fault)", fix: "remove one of them")
        case .badValue, .duplicate, .malformed, .badURI, .tooMany:
            section.find(.problem, "\(fault)", fix: "correct the record")
        }
    }

    /// Whether those who are to get the reports want them (RFC 9990 §4).
    private func judgeDestinations(
        _ finding: DMARCDiscovery.Finding, _ section: inout DomainReport.Section
    ) async {
        let check = DMARCReportCheck(resolver: resolver, rules: options.dmarc)
        var seen: Set<Domain> = []
        for uri in (finding.record.aggregateReports + finding.record.failureReports).prefix(10) {
            guard let mailbox = uri.mailbox else {
                section.find(.problem, "no reports are sent to '\(uri.text)'", fix: "use a mailto: address")
                continue
            }
            guard seen.insert(mailbox.domain).inserted else { continue }
            switch await check.verdict(on: uri, of: finding.domain) {
            case .sameOrganization, .authorized: continue
            case .refused(let reason):
                section.find(
                    .problem, "\(mailbox.domain) does not take reports about \(finding.domain): \(reason)",
                    fix: "have it publish \(finding.domain)._report._dmarc.\(mailbox.domain) TXT \"v=DMARC1\"")
            case .temperror(let reason):
                section.find(.problem, "whether \(mailbox.domain) takes the reports cannot be looked up: \(reason)")
            }
        }
    }
}
