/// What a client hands in, before it has an identity: the argument of `Intake.accept`.
public struct Submission: Sendable {
    public var tenant: UUIDv7
    public var stream: MailStream
    public var envelope: Envelope
    public var content: Content
    public var origin: Origin
    /// Chosen by the caller when it must know the identifier before the message is durable; otherwise stamped at intake.
    public var id: UUIDv7?
    /// Not delivered before this time. In the past: at once.
    public var notBefore: WallTime?
    /// Who hears of a permanent failure by mail.
    public var failureNotice: FailureNotice
    /// `true`: the message must never leave the machine and goes to the capture inbox (keys of mode `test`).
    public var isTest: Bool
    public var campaign: UUIDv7?
    public var tags: [String]
    /// Pairs in the order the client gave them.
    public var metadata: [(key: String, value: String)]
    /// The scan of `content.original`, when the caller has made it already; otherwise intake makes it.
    public var header: HeaderSummary?

    public init(
        tenant: UUIDv7, stream: MailStream = .transactional, envelope: Envelope, content: Content, origin: Origin,
        id: UUIDv7? = nil, notBefore: WallTime? = nil, failureNotice: FailureNotice = .sender, isTest: Bool = false,
        campaign: UUIDv7? = nil, tags: [String] = [], metadata: [(key: String, value: String)] = [],
        header: HeaderSummary? = nil
    ) {
        self.tenant = tenant
        self.stream = stream
        self.envelope = envelope
        self.content = content
        self.origin = origin
        self.id = id
        self.notBefore = notBefore
        self.failureNotice = failureNotice
        self.isTest = isTest
        self.campaign = campaign
        self.tags = tags
        self.metadata = metadata
        self.header = header
    }
}

/// The two lanes of mail: what somebody waits for, and what can wait.
public enum MailStream: UInt8, Hashable, Sendable, CaseIterable {
    case transactional = 1
    case broadcast = 2
}

/// Whether a permanent failure is reported by mail (RFC 3464) or only as an event.
public enum FailureNotice: UInt8, Hashable, Sendable {
    case sender = 1
    case eventOnly = 2
}

/// Where a submission came from; it decides the Received field (RFC 5321 §4.4) and is kept in the journal.
public enum Origin: Hashable, Sendable {
    /// The HTTP API.
    case api(clientAddress: String)
    /// An SMTP client.
    case smtp(SMTPOrigin)
    /// Made by the engine itself: a delivery status notification.
    case notification
}

/// The facts of the SMTP session that the Received field states.
public struct SMTPOrigin: Hashable, Sendable {
    /// The EHLO or HELO argument, cleaned.
    public var helo: String
    public var isESMTP: Bool
    public var clientAddress: String
    /// The user name of AUTH, when there was one.
    public var user: String?
    public var tls: TLSFacts?
    public var needsSMTPUTF8: Bool

    public init(
        helo: String, isESMTP: Bool, clientAddress: String, user: String? = nil, tls: TLSFacts? = nil,
        needsSMTPUTF8: Bool = false
    ) {
        self.helo = helo
        self.isESMTP = isESMTP
        self.clientAddress = clientAddress
        self.user = user
        self.tls = tls
        self.needsSMTPUTF8 = needsSMTPUTF8
    }
}
