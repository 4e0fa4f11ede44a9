/// So many messages from one address with the same results (RFC 9990 §3.1.1.7).
public struct AggregateRow: Hashable, Sendable {
    /// What was done with the messages (RFC 9990 §3.1.1.9).
    public enum Disposition: String, Hashable, Sendable, CaseIterable {
        case none
        /// Passed, and the policy would have been another than `none`.
        case pass
        case quarantine
        case reject
    }

    /// `nil` when the text is no address.
    public var source: IPAddress?
    /// As it stands in the report.
    public var sourceText: String
    public var count: Int
    public var disposition: Disposition
    /// Whether an aligned identifier passed, not whether a signature is valid.
    public var isDKIMAligned: Bool
    public var isSPFAligned: Bool
    public var overrides: [AggregateOverride]
    public var headerFrom: String
    /// Empty: the null reverse-path. `nil`: not said.
    public var envelopeFrom: String?
    public var envelopeTo: String?
    public var dkim: [AggregateDKIM]
    public var spf: [AggregateSPF]

    public init(
        source: IPAddress?, sourceText: String? = nil, count: Int, disposition: Disposition, isDKIMAligned: Bool,
        isSPFAligned: Bool, overrides: [AggregateOverride] = [], headerFrom: String, envelopeFrom: String? = nil,
        envelopeTo: String? = nil, dkim: [AggregateDKIM] = [], spf: [AggregateSPF] = []
    ) {
        self.source = source
        self.sourceText = sourceText ?? source.map { "\($0)" } ?? ""
        self.count = count
        self.disposition = disposition
        self.isDKIMAligned = isDKIMAligned
        self.isSPFAligned = isSPFAligned
        self.overrides = overrides
        self.headerFrom = headerFrom
        self.envelopeFrom = envelopeFrom
        self.envelopeTo = envelopeTo
        self.dkim = dkim
        self.spf = spf
    }
}

/// Why something else was done than the policy asks (RFC 9990 §3.1.6).
public struct AggregateOverride: Hashable, Sendable, Codable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case localPolicy = "local_policy"
        case mailingList = "mailing_list"
        case other
        case policyTestMode = "policy_test_mode"
        case trustedForwarder = "trusted_forwarder"
        /// RFC 7489 only.
        case forwarded
        /// RFC 7489 only.
        case sampledOut = "sampled_out"
    }

    public var kind: Kind
    public var comment: String

    public init(_ kind: Kind, comment: String = "") {
        self.kind = kind
        self.comment = comment
    }
}

/// The result of one signature, whatever DMARC made of it (RFC 9990 §3.1.1.12).
public struct AggregateDKIM: Hashable, Sendable, Codable {
    public var domain: String
    /// Empty in reports of the older form that leave it out.
    public var selector: String
    public var result: DKIMResult
    public var comment: String

    public init(domain: String, selector: String, result: DKIMResult, comment: String = "") {
        self.domain = domain
        self.selector = selector
        self.result = result
        self.comment = comment
    }
}

/// The result of SPF, whatever DMARC made of it (RFC 9990 §3.1.1.13).
public struct AggregateSPF: Hashable, Sendable, Codable {
    public enum Scope: String, Hashable, Sendable, CaseIterable {
        case mailFrom = "mfrom"
        /// RFC 7489 only.
        case helo
    }

    public var domain: String
    public var scope: Scope?
    public var result: SPFResult
    public var comment: String

    public init(domain: String, scope: Scope? = .mailFrom, result: SPFResult, comment: String = "") {
        self.domain = domain
        self.scope = scope
        self.result = result
        self.comment = comment
    }
}
