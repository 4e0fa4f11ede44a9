/// A report about the TLS of mail sessions (RFC 8460 §4).
public struct TLSReport: Hashable, Sendable {
    public var organization: String
    public var contact: String
    public var reportID: String
    public var begin: WallTime
    public var end: WallTime
    public var policies: [TLSReportPolicy]
    /// What had to be overlooked to read it; empty for our own.
    public var repairs: [ReportRepair]

    public init(
        organization: String, contact: String, reportID: String, begin: WallTime, end: WallTime,
        policies: [TLSReportPolicy], repairs: [ReportRepair] = []
    ) {
        self.organization = organization
        self.contact = contact
        self.reportID = reportID
        self.begin = begin
        self.end = end
        self.policies = policies
        self.repairs = repairs
    }
}

/// What became of the sessions under one policy (RFC 8460 §4.4: an element of `policies`).
public struct TLSReportPolicy: Hashable, Sendable, Codable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case tlsa
        case sts
        case none = "no-policy-found"
    }

    /// `nil`: a word that RFC 8460 §4.4 does not have.
    public var kind: Kind?
    /// Lines of the policy file, or TLSA records.
    public var strings: [String]
    /// Empty when it is not said.
    public var domain: String
    /// The patterns of an MTA-STS policy, or the host that published TLSA records.
    public var hosts: [String]
    public var successes: Int
    public var failures: Int
    public var details: [TLSReportFailure]

    public init(
        kind: Kind?, strings: [String] = [], domain: String, hosts: [String] = [], successes: Int, failures: Int,
        details: [TLSReportFailure] = []
    ) {
        self.kind = kind
        self.strings = strings
        self.domain = domain
        self.hosts = hosts
        self.successes = successes
        self.failures = failures
        self.details = details
    }
}

/// Sessions that failed for the same reason (RFC 8460 §4.4: an element of `failure-details`).
public struct TLSReportFailure: Hashable, Sendable, Codable {
    /// `nil`: a word that RFC 8460 §4.3 does not have; it stands in `resultText`.
    public var result: TLSAttempt.Failure?
    public var resultText: String
    public var sendingAddress: String
    public var receivingHost: String
    public var receivingHELO: String
    public var receivingAddress: String
    public var count: Int
    public var information: String
    public var reasonCode: String

    public init(
        _ result: TLSAttempt.Failure?, resultText: String? = nil, sendingAddress: String = "",
        receivingHost: String = "", receivingHELO: String = "", receivingAddress: String = "", count: Int,
        information: String = "", reasonCode: String = ""
    ) {
        self.result = result
        self.resultText = resultText ?? result?.rawValue ?? ""
        self.sendingAddress = sendingAddress
        self.receivingHost = receivingHost
        self.receivingHELO = receivingHELO
        self.receivingAddress = receivingAddress
        self.count = count
        self.information = information
        self.reasonCode = reasonCode
    }
}
