/// A report as it is kept: what was read of it, or the message and the reason why nothing could be.
public struct StoredReport: Hashable, Sendable {
    public enum Content: Hashable, Sendable {
        case report(IncomingReport)
        /// - Parameter message: the whole message as it came in.
        case unreadable(reason: String, message: [UInt8])
    }

    public var id: UUIDv7
    public var receivedAt: WallTime
    /// Who sent the message, by its From field if that was authenticated; empty when nobody knows.
    public var sender: String
    /// Whether DMARC passed for the sender: otherwise anybody may have written the report (RFC 9990 §3.5.2).
    public var isAuthenticated: Bool
    public var content: Content

    public init(id: UUIDv7, receivedAt: WallTime, sender: String, isAuthenticated: Bool, content: Content) {
        self.id = id
        self.receivedAt = receivedAt
        self.sender = sender
        self.isAuthenticated = isAuthenticated
        self.content = content
    }
}

/// One line of a list of reports.
public struct ReportSummary: Hashable, Sendable {
    public var id: UUIDv7
    /// `nil`: could not be read.
    public var kind: ReportKind?
    /// What it is about; empty when that is not known.
    public var domain: String
    public var reporter: String
    public var reportID: String
    public var begin: WallTime
    public var end: WallTime
    public var receivedAt: WallTime
    public var sender: String
    public var isAuthenticated: Bool
    /// Messages or sessions in all, and those of them that failed.
    public var total: Int
    public var failed: Int
    /// Stable words (`ReportRepair.description`).
    public var repairs: [String]
    /// Why it could not be read.
    public var reason: String?

    public init(
        id: UUIDv7, kind: ReportKind?, domain: String, reporter: String, reportID: String, begin: WallTime,
        end: WallTime, receivedAt: WallTime, sender: String, isAuthenticated: Bool, total: Int, failed: Int,
        repairs: [String], reason: String? = nil
    ) {
        self.id = id
        self.kind = kind
        self.domain = domain
        self.reporter = reporter
        self.reportID = reportID
        self.begin = begin
        self.end = end
        self.receivedAt = receivedAt
        self.sender = sender
        self.isAuthenticated = isAuthenticated
        self.total = total
        self.failed = failed
        self.repairs = repairs
        self.reason = reason
    }
}

/// Which reports to list, newest first.
public struct ReportQuery: Hashable, Sendable {
    /// Reports about this domain and the domains below it. `nil`: all, with those that could not be read.
    public var domain: Domain?
    public var kind: ReportKind?
    /// Only those older than this one.
    public var before: UUIDv7?
    public var limit: Int

    public init(domain: Domain? = nil, kind: ReportKind? = nil, before: UUIDv7? = nil, limit: Int = 50) {
        self.domain = domain
        self.kind = kind
        self.before = before
        self.limit = limit
    }
}

extension StoredReport {
    /// What a list shows of it.
    public var summary: ReportSummary {
        var summary = ReportSummary(
            id: id, kind: nil, domain: "", reporter: "", reportID: "", begin: receivedAt, end: receivedAt,
            receivedAt: receivedAt, sender: sender, isAuthenticated: isAuthenticated, total: 0, failed: 0, repairs: [])
        switch content {
        case .unreadable(let reason, _): summary.reason = reason
        case .report(.aggregate(let report)):
            summary.kind = .aggregate
            summary.domain = report.policy.domain
            summary.reporter = report.reporter.organization
            summary.reportID = report.reporter.reportID
            (summary.begin, summary.end) = (report.reporter.begin, report.reporter.end)
            summary.total = report.messageCount
            summary.failed = report.rows.reduce(0) {
                $1.isDKIMAligned || $1.isSPFAligned ? $0 : $0.addingClamped($1.count)
            }
            summary.repairs = report.repairs.map(\.description)
        case .report(.tls(let report)):
            summary.kind = .tls
            summary.domain = report.policies.first { !$0.domain.isEmpty }?.domain ?? ""
            summary.reporter = report.organization
            summary.reportID = report.reportID
            (summary.begin, summary.end) = (report.begin, report.end)
            summary.failed = report.policies.reduce(0) { $0.addingClamped($1.failures) }
            summary.total = report.policies.reduce(summary.failed) { $0.addingClamped($1.successes) }
            summary.repairs = report.repairs.map(\.description)
        case .report(.failure(let report)):
            summary.kind = .failure
            summary.domain = report.reportedDomains.first ?? report.originalHeader?.authorDomain?.text ?? ""
            summary.reporter = report.reportingMTA ?? sender
            summary.begin = report.arrivalDate ?? receivedAt
            summary.end = summary.begin
            summary.total = report.incidents
            summary.failed = report.incidents
            summary.repairs = report.repairs.map(\.description)
        }
        return summary
    }
}

extension Int {
    /// Counts in reports are whatever a stranger wrote.
    fileprivate func addingClamped(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
