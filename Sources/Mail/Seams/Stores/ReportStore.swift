/// Reports that came in, and the counts for those that will go out.
public protocol ReportStore: Sendable {
    /// `false`: the same report was stored before; reporters send again (RFC 9990 §3.5.1).
    func insert(_ report: StoredReport) async throws(StorageFailure) -> Bool
    func reports(_ query: ReportQuery) async throws(StorageFailure) -> [ReportSummary]
    func report(_ id: UUIDv7) async throws(StorageFailure) -> StoredReport?
    /// Drops what came in before this time, and what is known of reports sent before it; returns how many reports.
    func removeReports(before time: WallTime) async throws(StorageFailure) -> Int

    /// Adds to the counts; the same row of the same day is one.
    func add(_ aggregate: [PendingAggregate], _ tls: [PendingTLS]) async throws(StorageFailure)
    /// Days before this one with counts for which no report was made, in order.
    func dueReports(before day: Int) async throws(StorageFailure) -> [ReportTask]
    /// At most 50,000 rows, those with the most messages.
    func pendingAggregate(_ domain: Domain, day: Int) async throws(StorageFailure) -> [PendingAggregate]
    func pendingTLS(_ destination: Domain, day: Int) async throws(StorageFailure) -> [PendingTLS]
    /// `false`: somebody has begun it already. After a crash it stays begun: a report that may have gone out is not
    /// made again.
    func begin(_ task: ReportTask, at time: WallTime) async throws(StorageFailure) -> Bool
    /// It certainly did not go out: it is due again.
    func release(_ task: ReportTask) async throws(StorageFailure)
    /// Its counts are dropped. The note says what became of it, for people.
    func finish(_ task: ReportTask, note: String) async throws(StorageFailure)
    /// Drops counts of days before this one: of reports that were begun before a crash, and what came in too late.
    func removeCounts(before day: Int) async throws(StorageFailure)
}

/// A report to be made: one kind, one domain, one UTC day.
public struct ReportTask: Hashable, Sendable {
    /// `.aggregate` or `.tls`.
    public var kind: ReportKind
    public var domain: Domain
    /// Days since 1970-01-01 UTC.
    public var day: Int

    public init(kind: ReportKind, domain: Domain, day: Int) {
        self.kind = kind
        self.domain = domain
        self.day = day
    }
}
