package import Mail

/// A DMARC Policy Record (RFC 9989 §4.7), with what can still be said of the tags that RFC 7489 had besides.
///
/// Syntax errors behind the version cost only the tag they stand in (RFC 9989 §4.8); `faults` names them, for whoever
/// publishes the record.
package struct DMARCRecord: Hashable, Sendable {
    /// How alike the author's domain and an authenticated one must be (RFC 9989 §4.4).
    package enum Alignment: String, Hashable, Sendable, CaseIterable {
        case relaxed = "r"
        case strict = "s"
    }

    /// Whether the name belongs to a registry, whose customers are strangers to each other (RFC 9989 §4.7, `psd`).
    package enum PublicSuffix: String, Hashable, Sendable, CaseIterable {
        case yes = "y"
        case no = "n"
        case unsaid = "u"
    }

    /// When a failure report is wanted (RFC 9989 §4.7, `fo`).
    package enum FailureOption: String, Hashable, Sendable, CaseIterable {
        case allFail = "0"
        case anyFails = "1"
        case dkim = "d"
        case spf = "s"
    }

    /// As it was published.
    package var text: String
    /// `p`. `nil` when a policy tag is missing or wrong and nobody asks for reports: the record then asks for nothing,
    /// and DMARC does not apply (RFC 9989 §4.10.1).
    package var policy: DMARCPolicy?
    /// `sp`, for names below that exist.
    package var subdomainPolicy: DMARCPolicy?
    /// `np`, for names below that do not exist. Always `nil` by the rules of RFC 7489.
    package var nonexistentPolicy: DMARCPolicy?
    package var dkimAlignment = Alignment.relaxed
    package var spfAlignment = Alignment.relaxed
    package var publicSuffix = PublicSuffix.unsaid
    /// `t=y`: apply the next milder policy.
    package var isTesting = false
    package var failureOptions: Set<FailureOption> = [.allFail]
    package var aggregateReports: [DMARCReportURI] = []
    package var failureReports: [DMARCReportURI] = []
    /// `pct` of RFC 7489 §6.3, 0 to 100. Always 100 by the rules of RFC 9989, which dropped the tag.
    package var percentage = 100
    /// `ri` of RFC 7489 §6.3, in seconds. Always a day by the rules of RFC 9989.
    package var reportInterval = 86_400
    /// What is wrong with the text, in its order.
    package var faults: [DMARCRecordFault] = []

    package init(text: String) { self.text = text }

    /// The policy for mail of an author below the name that the record was found at.
    /// - Parameter exists: whether the author's domain does.
    func policyBelow(exists: Bool) -> (policy: DMARCPolicy, tag: DMARCOutcome.PolicyTag)? {
        guard let policy else { return nil }
        // RFC 9989 §4.10.1: `np` or `sp` as they apply, and `p` where they are absent; §4.7: no `np` means `sp`.
        if !exists, let nonexistentPolicy { return (nonexistentPolicy, .np) }
        if let subdomainPolicy { return (subdomainPolicy, .sp) }
        return (policy, .p)
    }
}

/// What is wrong with the text of a record. The parser goes on behind all of these.
package enum DMARCRecordFault: Hashable, Sendable {
    /// There is no `p` (RFC 9989 §4.7: recommended).
    case missingPolicy
    /// `p` is not the second tag (RFC 7489 §6.3 only).
    case misplacedPolicy
    case badValue(tag: String, value: String)
    /// The first one counts.
    case duplicate(tag: String)
    /// Neither a name nor an equals sign.
    case malformed(String)
    /// Two semicolons with nothing between them.
    case emptyTag
    case unknown(tag: String)
    /// A tag that RFC 9989 removed: `pct`, `rf` or `ri`.
    case obsolete(tag: String)
    /// `!10m` behind a URI, which RFC 9989 §4.8 has reporters ignore.
    case obsoleteSize(uri: String)
    case badURI(tag: String, text: String)
    /// More tags or addresses than are read.
    case tooMany(tag: String)
}

extension DMARCRecordFault: CustomStringConvertible {
    /// One line for people; printable ASCII whatever the record holds.
    package var description: String {
        switch self {
        case .missingPolicy: "the tag 'p' is missing"
        case .misplacedPolicy: "the tag 'p' must follow 'v'"
        case .badValue(let tag, let value): "'\(value)' is no value for the tag '\(tag)', which is ignored"
        case .duplicate(let tag): "the tag '\(tag)' stands twice; the first one counts"
        case .malformed(let text): "'\(text)' is not of the form tag=value"
        case .emptyTag: "there is nothing between two semicolons"
        case .unknown(let tag): "the tag '\(tag)' means nothing"
        case .obsolete(let tag): "the tag '\(tag)' is obsolete since RFC 9989 and is ignored"
        case .obsoleteSize(let uri): "the size limit behind '\(uri)' is obsolete and is ignored"
        case .badURI(let tag, let text): "'\(text)' in '\(tag)' is no address that reports can be sent to"
        case .tooMany(let tag): tag.isEmpty ? "there are too many tags" : "there are too many addresses in '\(tag)'"
        }
    }
}
