/// Messages of one UTC day that belong in one row of a report to come.
public struct PendingAggregate: Hashable, Sendable {
    /// Where the DMARC record was found.
    public var domain: Domain
    /// Days since 1970-01-01 UTC.
    public var day: Int
    /// Its `count` is what was counted.
    public var row: AggregateRow

    public init(domain: Domain, day: Int, row: AggregateRow) {
        self.domain = domain
        self.day = day
        self.row = row
    }
}

/// TLS sessions of one UTC day with the same result under the same policy.
public struct PendingTLS: Hashable, Sendable {
    public var destination: Domain
    /// Days since 1970-01-01 UTC.
    public var day: Int
    /// Nothing in it is counted.
    public var policy: TLSReportPolicy
    /// Its `count` is 0. `nil`: sessions that succeeded.
    public var failure: TLSReportFailure?
    public var count: Int

    public init(destination: Domain, day: Int, policy: TLSReportPolicy, failure: TLSReportFailure?, count: Int) {
        self.destination = destination
        self.day = day
        self.policy = policy
        self.failure = failure
        self.count = count
    }
}

extension WallTime {
    /// Days since 1970-01-01, in UTC.
    public var utcDay: Int {
        let days = milliseconds / 86_400_000
        return Int(milliseconds % 86_400_000 < 0 ? days - 1 : days)
    }
}
