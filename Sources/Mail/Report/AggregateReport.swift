/// A DMARC aggregate report (RFC 9990, and the older form of RFC 7489 appendix C): what one receiver saw of the mail
/// that claims to come from one domain.
public struct AggregateReport: Hashable, Sendable {
    public var reporter: ReporterIdentity
    public var policy: AggregatePolicy
    public var rows: [AggregateRow]
    /// What had to be overlooked to read it, without repeats; empty for our own.
    public var repairs: [ReportRepair]

    public init(
        reporter: ReporterIdentity, policy: AggregatePolicy, rows: [AggregateRow], repairs: [ReportRepair] = []
    ) {
        self.reporter = reporter
        self.policy = policy
        self.rows = rows
        self.repairs = repairs
    }

    /// Messages in all rows; stops at the largest number that there is.
    public var messageCount: Int {
        rows.reduce(0) {
            let (sum, overflow) = $0.addingReportingOverflow($1.count)
            return overflow ? .max : sum
        }
    }
}

/// Who reports about what time (RFC 9990 §3.1.1.3).
public struct ReporterIdentity: Hashable, Sendable {
    public var organization: String
    public var email: String
    public var contact: String
    /// Unique among reports of this reporter to one domain.
    public var reportID: String
    public var begin: WallTime
    /// Inclusive.
    public var end: WallTime
    public var errors: [String]
    public var generator: String

    public init(
        organization: String, email: String, contact: String = "", reportID: String, begin: WallTime, end: WallTime,
        errors: [String] = [], generator: String = ""
    ) {
        self.organization = organization
        self.email = email
        self.contact = contact
        self.reportID = reportID
        self.begin = begin
        self.end = end
        self.errors = errors
        self.generator = generator
    }
}

/// The policy as the receiver found it (RFC 9990 §3.1.1.5).
public struct AggregatePolicy: Hashable, Sendable, Codable {
    public enum Alignment: String, Hashable, Sendable, CaseIterable {
        case relaxed = "r"
        case strict = "s"
    }

    public enum Discovery: String, Hashable, Sendable, CaseIterable {
        case publicSuffixList = "psl"
        case treeWalk = "treewalk"
    }

    /// Where the record was found. Lower-case; not always a valid domain in what others send.
    public var domain: String
    public var p: DMARCPolicy
    public var sp: DMARCPolicy?
    public var np: DMARCPolicy?
    public var adkim: Alignment?
    public var aspf: Alignment?
    /// Only in reports of the older form.
    public var percent: Int?
    public var failureOptions: String?
    public var isTesting: Bool?
    public var discovery: Discovery?

    public init(
        domain: String, p: DMARCPolicy, sp: DMARCPolicy? = nil, np: DMARCPolicy? = nil, adkim: Alignment? = nil,
        aspf: Alignment? = nil, percent: Int? = nil, failureOptions: String? = nil, isTesting: Bool? = nil,
        discovery: Discovery? = nil
    ) {
        self.domain = domain
        self.p = p
        self.sp = sp
        self.np = np
        self.adkim = adkim
        self.aspf = aspf
        self.percent = percent
        self.failureOptions = failureOptions
        self.isTesting = isTesting
        self.discovery = discovery
    }
}
