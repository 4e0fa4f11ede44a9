package import Mail

/// What the inspection needs to know beside the DNS.
package struct InspectionOptions: Sendable {
    /// Selectors to look for keys at; the DNS cannot list them.
    package var selectors: [String] = []
    /// The port that TLSA records are asked for.
    package var port: UInt16 = 25
    package var dmarc = DMARCRules.rfc9989
    package var spf = SPFOptions()
    /// MX hosts that are looked at.
    package var hostLimit = 20
    /// Names the site of these hosts, grouped by preference, best first, each group sorted. `MTA` knows how.
    package var site: (@Sendable ([[String]]) -> String)?

    package init() {}
}

/// Looks at a domain as a sender and as a receiver of its mail would, for the one who runs it.
///
/// Everything is bounded: hosts, look-ups of the SPF tree, labels of the DMARC walk; each question by its resolver.
package struct DomainInspection: Sendable {
    let resolver: any Resolver
    let policies: any TLSPolicySource
    let time: any TimeSource
    let options: InspectionOptions

    /// - Parameter policies: where MTA-STS and DANE come from, as the SMTP client asks it.
    package init(
        resolver: any Resolver, policies: any TLSPolicySource, time: any TimeSource,
        options: InspectionOptions = InspectionOptions()
    ) {
        // Sections ask the same questions; each is put once.
        self.resolver = QuestionMemo(resolver)
        self.policies = policies
        self.time = time
        self.options = options
    }

    package init(
        resolver: any Resolver, sts: any MTASTSSource, time: any TimeSource,
        options: InspectionOptions = InspectionOptions()
    ) {
        self.init(
            resolver: resolver, policies: PublishedTLSPolicies(resolver: resolver, sts: sts), time: time,
            options: options)
    }

    /// Never throws: what cannot be found out is a finding.
    package func inspect(_ domain: Domain) async -> DomainReport {
        guard !domain.isAddressLiteral else {
            var section = DomainReport.Section(.mx, "an address, not a domain")
            section.find(.problem, "\(domain) is an address: it publishes nothing", fix: "name a domain")
            return DomainReport(domain: domain, sections: [section])
        }
        async let tlsReports = tlsReportSection(domain)
        async let spf = spfSection(domain)
        async let dkim = dkimSection(domain)
        async let dmarc = dmarcSection(domain)
        let exchanges = await exchanges(of: domain)
        async let dane = daneSection(exchanges)
        async let sts = stsSection(domain, exchanges)
        var sections = [exchangeSection(exchanges)]
        if let site = siteSection(exchanges) { sections.append(site) }
        sections += [await sts, await dane, await tlsReports, await spf]
        if let dkim = await dkim { sections.append(dkim) }
        sections.append(await dmarc)
        return DomainReport(domain: domain, sections: sections)
    }
}
