/// What one look at the DNS of a sending domain found out about one thing.
public struct DomainFinding: Hashable, Sendable {
    /// What was looked at.
    public enum Subject: Hashable, Sendable {
        case spf
        case dkim(selector: String)
        case dmarc
        case mx
        case mtaSTS
        case tlsReports
        /// The name that bounces come back to.
        case returnPath
        /// The name in rewritten links.
        case tracking
        /// The names of the addresses that mail leaves from.
        case reverse
    }

    public enum Status: String, Hashable, Sendable, CaseIterable {
        case ok
        /// Nothing is published, and it should be.
        case missing
        /// What is published is something else.
        case mismatch
        /// What is published breaks the rules of its own standard.
        case invalid
        /// The DNS gave no answer now.
        case temporary
        /// Nothing is published, and nothing needs to be.
        case optional
    }

    public var subject: Subject
    public var status: Status
    /// The last answer that was not `temporary`; `nil` when there never was one. What alarms and the score go by.
    public var settled: Status?
    /// Where it was looked for, without the final dot.
    public var record: String
    /// `TXT`, `MX`, `CNAME` or `PTR`.
    public var type: String
    /// As it stands in the DNS; at most ten values of 1024 characters.
    public var published: [String]
    /// What should stand there; empty when there is nothing to compare with.
    public var expected: [String]
    /// A sentence or two: what is the matter and what to do. Empty when nothing is to do.
    public var advice: String
    /// Whether the domain is not verified before this is known.
    public var isRequired: Bool
    /// Its part in the score.
    public var weight: Int
    /// How much of the weight is earned: 0 to 100 per cent.
    public var merit: Int

    public init(
        _ subject: Subject, _ status: Status, settled: Status? = nil, record: String, type: String,
        published: [String] = [], expected: [String] = [], advice: String = "", isRequired: Bool = false,
        weight: Int = 0, merit: Int? = nil
    ) {
        self.subject = subject
        self.status = status
        self.settled = settled ?? (status == .temporary ? nil : status)
        self.record = record
        self.type = type
        self.published = published.prefix(10).map { String($0.prefix(1_024)) }
        self.expected = expected
        self.advice = advice
        self.isRequired = isRequired
        self.weight = weight
        self.merit = merit ?? (status == .ok ? 100 : 0)
    }
}

extension DomainFinding.Subject {
    /// Without what distinguishes several of a kind: `dkim` for each selector.
    public var area: String {
        switch self {
        case .spf: "spf"
        case .dkim: "dkim"
        case .dmarc: "dmarc"
        case .mx: "mx"
        case .mtaSTS: "mta_sts"
        case .tlsReports: "tls_rpt"
        case .returnPath: "return_path"
        case .tracking: "tracking"
        case .reverse: "ptr"
        }
    }

    /// The name in events, answers and the store, e.g. `spf`, `dkim:mt202611r`.
    public var name: String {
        if case .dkim(let selector) = self { return "dkim:\(selector)" }
        return area
    }

    /// Reads a `name`; `nil` when it is none.
    public init?(name: String) {
        switch name {
        case "spf": self = .spf
        case "dmarc": self = .dmarc
        case "mx": self = .mx
        case "mta_sts": self = .mtaSTS
        case "tls_rpt": self = .tlsReports
        case "return_path": self = .returnPath
        case "tracking": self = .tracking
        case "ptr": self = .reverse
        default:
            guard name.hasPrefix("dkim:"), name.utf8.count > 5 else { return nil }
            self = .dkim(selector: String(name.dropFirst(5)))
        }
    }
}
