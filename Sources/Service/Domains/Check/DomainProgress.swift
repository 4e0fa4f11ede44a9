import Mail

/// What follows from a look at a domain's DNS: pure, so that weeks of drift are a table in a test.
///
/// * `pending` becomes `verified` when the record of an active RSA key is in the DNS: only who writes the domain's zone
///   can put it there. Not while anything that verification rests on could not be asked.
/// * `verified` becomes `pending` when that record has been missing or wrong for the whole grace time, by at least two
///   looks, the last one included. A temporary failure neither begins nor ends that time.
/// * A domain that the operator vouches for stays verified; what changes is announced all the same.
struct DomainProgress {
    var options: DomainCheckOptions

    struct Step: Sendable {
        var domain: SendingDomain
        var findings: [DomainFinding]
        /// What everybody should hear of; `nil` when nothing has changed.
        var change: DomainDNSChange?
    }

    func step(
        _ before: SendingDomain, previous: [DomainFinding], found: [DomainFinding], at now: WallTime, draw: Double
    ) -> Step {
        var domain = before
        var findings = found.map { Self.settle($0, by: previous) }
        DKIMRotation.advance(&domain, overlap: options.overlap, at: now) { selector in
            findings.contains { $0.subject == .dkim(selector: selector) && $0.status == .ok }
        }
        findings.removeAll { finding in
            domain.dkim.contains { finding.subject == .dkim(selector: $0.selector) && $0.state == .retired }
        }
        findings = DomainScore.weigh(findings, for: domain)
        judge(&domain, findings, at: now)
        domain.checkedAt = now
        domain.score = DomainScore.total(findings)
        domain.nextCheck = DomainSchedule(options: options).next(
            after: now, for: domain, findings: findings, draw: draw)
        return Step(
            domain: domain, findings: findings, change: Self.change(from: before, previous, to: domain, findings))
    }

    /// What could not be asked now is taken to be as it was.
    private static func settle(_ finding: DomainFinding, by previous: [DomainFinding]) -> DomainFinding {
        guard finding.status == .temporary, let old = previous.first(where: { $0.subject == finding.subject }) else {
            return finding
        }
        var finding = finding
        finding.settled = old.settled
        finding.merit = old.merit
        if finding.published.isEmpty { finding.published = old.published }
        if finding.expected.isEmpty { finding.expected = old.expected }
        return finding
    }

    private enum Proof { case proven, refuted, unknown }

    private func judge(_ domain: inout SendingDomain, _ findings: [DomainFinding], at now: WallTime) {
        switch (domain.status, Self.proof(of: domain, findings)) {
        case (.pending, .proven):
            guard !findings.contains(where: { $0.isRequired && $0.status == .temporary }) else { return }
            domain.status = .verified
            domain.verifiedAt = now
            domain.failingSince = nil
        case (.verified, .proven): domain.failingSince = nil
        case (.verified, .refuted) where !domain.isVouched:
            guard let since = domain.failingSince else {
                domain.failingSince = now
                return
            }
            guard now - since >= options.grace else { return }
            domain.status = .pending
            domain.verifiedAt = nil
            domain.failingSince = nil
        case (.pending, .refuted), (.pending, .unknown), (.verified, .refuted), (.verified, .unknown): break
        }
    }

    private static func proof(of domain: SendingDomain, _ findings: [DomainFinding]) -> Proof {
        let active = domain.dkim.filter { $0.state == .active }
        let rsa = active.filter { $0.algorithm == .rsaSHA256 }
        let statuses = (rsa.isEmpty ? active : rsa).map { key in
            findings.first { $0.subject == .dkim(selector: key.selector) }?.status ?? .temporary
        }
        if statuses.contains(.ok) { return .proven }
        return statuses.isEmpty || statuses.contains(.temporary) ? .unknown : .refuted
    }

    private static func change(
        from before: SendingDomain, _ previous: [DomainFinding], to after: SendingDomain, _ findings: [DomainFinding]
    ) -> DomainDNSChange? {
        let (was, isNow) = (before.status == .verified, after.status == .verified)
        let changes = findings.compactMap { finding -> DomainDNSChange.Finding? in
            let old = previous.first { $0.subject == finding.subject }?.settled
            guard let settled = finding.settled, settled != old else { return nil }
            // What nobody had looked at before has not changed; it is told with a change of the whole domain.
            guard old != nil || was != isNow else { return nil }
            return .init(name: finding.subject.name, was: old?.rawValue ?? "unknown", now: settled.rawValue)
        }
        guard was != isNow || !changes.isEmpty else { return nil }
        return DomainDNSChange(
            domainID: after.id, name: after.name, previousScore: before.score ?? 0, score: after.score ?? 0,
            wasVerified: was, isVerified: isNow, findings: changes)
    }
}
