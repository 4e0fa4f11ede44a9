import DNSAuth
package import Mail

/// Works out what to publish.
package struct DNSAdvice: Sendable {
    package var setup: SendingSetup

    package init(_ setup: SendingSetup) { self.setup = setup }

    package init(hostname: String) { self.init(SendingSetup(hostname: hostname)) }

    /// DKIM first, the oldest key first, without those that are retired.
    /// - Parameter findings: of the last check. With them an SPF record that is there already is completed, not
    ///   doubled.
    package func records(for domain: SendingDomain, findings: [DomainFinding] = []) -> [DNSRecordAdvice] {
        func finding(_ subject: DomainFinding.Subject) -> DomainFinding? { findings.first { $0.subject == subject } }
        let name = domain.name.text
        var records = domain.dkim.filter { $0.state != .retired }.map { key in
            DNSRecordAdvice(
                purpose: .dkim, type: "TXT", name: DKIMRecord.name(selector: key.selector, domain: domain.name),
                value: DKIMRecord(key).text, status: finding(.dkim(selector: key.selector))?.status,
                note: Self.note(on: key))
        }
        let spf = finding(.spf)
        records.append(
            DNSRecordAdvice(
                purpose: .spf, type: "TXT", name: name, value: spf?.expected.first ?? SPFAdvice.fresh(setup),
                status: spf?.status,
                // RFC 7208 §3.2: a domain has one record.
                note: spf?.published.isEmpty == false && spf?.expected.isEmpty == false
                    ? "Takes the place of the SPF record that is there: a domain has only one." : ""))
        records.append(
            DNSRecordAdvice(
                purpose: .dmarc, type: "TXT", name: "_dmarc.\(name)", value: dmarc, status: finding(.dmarc)?.status))
        if let host = setup.returnPath(of: domain.name) {
            records.append(
                DNSRecordAdvice(
                    purpose: .returnPath, type: "CNAME", name: host, value: setup.hostname,
                    status: finding(.returnPath)?.status))
        }
        if let host = setup.tracking(of: domain.name) {
            records.append(
                DNSRecordAdvice(
                    purpose: .tracking, type: "CNAME", name: host, value: setup.hostname,
                    status: finding(.tracking)?.status))
        }
        return records
    }

    private var dmarc: String {
        "v=DMARC1; p=none" + (setup.dmarcReports.map { "; rua=mailto:\($0)" } ?? "")
    }

    private static func note(on key: DKIMKey) -> String {
        switch key.state {
        case .publishedPending: "New key: it signs as soon as this record is seen."
        case .active, .retired: ""
        case .retiring:
            "Old key: keep this record until \(key.removableAt?.rfc3339 ?? "it is retired"), mail signed with it is "
                + "under way."
        }
    }
}
