import Mail

/// The score of a domain: which part of what matters is in order, from 0 to 100.
///
/// | what | weight |
/// |---|---|
/// | SPF lets every source address pass | 25 |
/// | DKIM, the active RSA key | 25 |
/// | DKIM, the active Ed25519 key | 10 |
/// | DMARC record; three quarters of it with `p=none` | 20 |
/// | PTR of each source address, in proportion | 8 |
/// | MX or address records | 5 |
/// | return-path name, when one is configured | 4 |
/// | tracking name, when one is configured | 3 |
///
/// MTA-STS and TLS-RPT protect mail that comes in: they are shown and weigh nothing. What does not apply is left out
/// and the rest makes 100, so that a domain without a tracking name can still be perfect.
enum DomainScore {
    /// Fills in what depends on the domain and not on what is published: the weight, and whether verification waits
    /// for the finding.
    static func weigh(_ findings: [DomainFinding], for domain: SendingDomain) -> [DomainFinding] {
        findings.map { finding in
            var finding = finding
            (finding.weight, finding.isRequired) = weight(of: finding.subject, for: domain)
            return finding
        }
    }

    /// 0 when nothing weighs anything.
    static func total(_ findings: [DomainFinding]) -> Int {
        // A question that was never answered says neither yes nor no.
        let known = findings.filter { $0.settled != nil }
        let whole = known.reduce(0) { $0 + $1.weight }
        guard whole > 0 else { return 0 }
        return known.reduce(0) { $0 + $1.weight * min(max($1.merit, 0), 100) } / whole
    }

    private static func weight(
        of subject: DomainFinding.Subject, for domain: SendingDomain
    ) -> (weight: Int, isRequired: Bool) {
        switch subject {
        case .spf: return (25, true)
        case .dkim(let selector):
            guard let key = domain.dkim.first(where: { $0.selector == selector }), key.state == .active else {
                return (0, false)
            }
            switch key.algorithm {
            case .rsaSHA256: return (25, true)
            case .ed25519SHA256: return (10, false)
            }
        case .dmarc: return (20, false)
        case .reverse: return (8, false)
        case .mx: return (5, false)
        case .returnPath: return (4, false)
        case .tracking: return (3, false)
        case .mtaSTS, .tlsReports: return (0, false)
        }
    }
}
