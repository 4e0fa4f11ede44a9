package import Mail

/// Makes the report of one day from what was counted.
package enum ReportAssembly {
    /// Whole UTC days: RFC 9990 §3.1.1.4 wants the end inclusive, RFC 8460 §4.1 the same.
    package static func period(of day: Int) -> (begin: WallTime, end: WallTime) {
        let begin = Int64(day) * 86_400_000
        return (WallTime(milliseconds: begin), WallTime(milliseconds: begin + 86_399_000))
    }

    /// - Parameter rows: of one domain and day, the same row only once.
    package static func aggregate(
        _ rows: [AggregateRow], policy: AggregatePolicy, about domain: Domain, day: Int, by identity: ReportIdentity
    ) -> AggregateReport {
        let (begin, end) = period(of: day)
        let id = ReportMail.reportID(submitter: identity.submitter, domain: domain, begin: begin, end: end)
        let sorted = rows.sorted {
            $0.count != $1.count ? $0.count > $1.count : $0.sourceText < $1.sourceText
        }
        return AggregateReport(
            reporter: ReporterIdentity(
                organization: identity.organization, email: "\(identity.contact)", reportID: id, begin: begin,
                end: end, generator: identity.generator),
            policy: policy, rows: sorted)
    }

    /// Adds up the counts of one destination and day; policies in a fixed order.
    package static func tls(
        _ counts: [PendingTLS], about destination: Domain, day: Int, by identity: ReportIdentity
    ) -> TLSReport {
        var order: [TLSReportPolicy] = []
        var found: [TLSReportPolicy: TLSReportPolicy] = [:]
        for entry in counts {
            if found[entry.policy] == nil { order.append(entry.policy) }
            var policy = found[entry.policy] ?? entry.policy
            if var failure = entry.failure {
                failure.count = entry.count
                policy.failures += entry.count
                policy.details.append(failure)
            } else {
                policy.successes += entry.count
            }
            found[entry.policy] = policy
        }
        let (begin, end) = period(of: day)
        let id = ReportMail.reportID(submitter: identity.submitter, domain: destination, begin: begin, end: end)
        return TLSReport(
            organization: identity.organization, contact: "\(identity.contact)", reportID: id, begin: begin, end: end,
            policies: order.compactMap { found[$0] }.sorted {
                "\($0.kind as Any)\($0.hosts)" < "\($1.kind as Any)\($1.hosts)"
            })
    }
}

/// Who reports.
package struct ReportIdentity: Hashable, Sendable {
    /// Name for people.
    package var organization: String
    /// The domain that stands for this engine in subjects and file names.
    package var submitter: Domain
    /// Who answers questions about reports; also their sender.
    package var contact: Mailbox
    package var generator: String

    package init(organization: String, submitter: Domain, contact: Mailbox, generator: String = "Martlet") {
        self.organization = organization
        self.submitter = submitter
        self.contact = contact
        self.generator = generator
    }
}
