/// The three kinds of report that mail brings.
public enum ReportKind: String, Hashable, Sendable, CaseIterable {
    /// DMARC aggregate (RFC 9990).
    case aggregate
    /// SMTP TLS (RFC 8460).
    case tls
    /// Abuse and authentication failure (RFC 5965, RFC 6591, RFC 9991).
    case failure
}

/// A report that could be read.
public enum IncomingReport: Hashable, Sendable {
    case aggregate(AggregateReport)
    case tls(TLSReport)
    case failure(FeedbackReport)

    public var kind: ReportKind {
        switch self {
        case .aggregate: .aggregate
        case .tls: .tls
        case .failure: .failure
        }
    }
}
