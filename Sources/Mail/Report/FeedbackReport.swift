/// A complaint or an authentication failure about one message (RFC 5965, with the fields of RFC 6591 and RFC 9991).
public struct FeedbackReport: Hashable, Sendable {
    /// RFC 5965 §7.3 and the registry that it opened.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case abuse
        case authFailure = "auth-failure"
        case fraud
        case notSpam = "not-spam"
        case other
        case virus
        /// Not registered; some providers send it when a recipient unsubscribes.
        case optOut = "opt-out"
    }

    /// RFC 6591 §3.3, RFC 9991 §4.
    public enum AuthFailure: String, Hashable, Sendable, CaseIterable {
        case adsp
        case bodyHash = "bodyhash"
        case revoked
        case signature
        case spf
        case dmarc
    }

    /// RFC 6591 §3.2.2.
    public enum DeliveryResult: String, Hashable, Sendable, CaseIterable {
        case delivered
        case spam
        case policy
        case reject
        case other
    }

    /// `.other` for a word that nobody registered; it stands in `kindText`.
    public var kind: Kind
    public var kindText: String
    public var userAgent = ""
    public var version = ""
    /// As it stands there, with or without angle brackets; `nil`: not said.
    public var originalMailFrom: String?
    public var originalRecipients: [String] = []
    /// Addresses that ask to be taken off lists.
    public var removalRecipients: [String] = []
    public var originalEnvelopeID: String?
    public var arrivalDate: WallTime?
    public var reportingMTA: String?
    public var sourceAddress: IPAddress?
    public var sourcePort: Int?
    public var incidents = 1
    public var authenticationResults: [String] = []
    /// Lower-case.
    public var reportedDomains: [String] = []
    public var reportedURIs: [String] = []
    public var authFailure: AuthFailure?
    public var deliveryResult: DeliveryResult?
    /// RFC 9991 §4: `dkim`, `spf`, `none`; the mechanisms that did align.
    public var identityAlignment: [String] = []
    public var dkimDomain: String?
    public var dkimIdentity: String?
    public var dkimSelector: String?
    public var dkimSelectorDNS: String?
    /// Base64, without the blanks of folding.
    public var dkimCanonicalizedHeader: String?
    public var dkimCanonicalizedBody: String?
    public var spfDNS: String?
    /// The message that it is about, or its header section: CRLF or LF line ends as they came, cut at the limit.
    public var original: [UInt8] = []
    public var isOriginalComplete = false
    /// From, Subject and Message-ID of the original.
    public var originalHeader: HeaderSummary?
    public var repairs: [ReportRepair] = []

    public init(kind: Kind, kindText: String? = nil) {
        self.kind = kind
        self.kindText = kindText ?? kind.rawValue
    }
}
