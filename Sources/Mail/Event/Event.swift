/// A journal record as the rest of the engine sees it: what happened to which message, when, and where in the log.
public struct Event: Sendable {
    /// The place in the journal. Strictly increasing; an event feed resumes after the last one it saw.
    public var offset: UInt64
    /// Derived from time and offset, so that a replay names the same event alike.
    public var id: UUIDv7
    public var at: WallTime
    public var tenant: UUIDv7
    /// The message it happened to; for an announcement what that is about, as the domain.
    public var message: UUIDv7
    public var kind: Kind

    public init(offset: UInt64, id: UUIDv7, at: WallTime, tenant: UUIDv7, message: UUIDv7, kind: Kind) {
        self.offset = offset
        self.id = id
        self.at = at
        self.tenant = tenant
        self.message = message
        self.kind = kind
    }

    public enum Kind: Sendable {
        /// The message is durable and in the queue.
        case queued(QueuedMessage)
        /// One recipient, one attempt. The outcome's verdict tells delivered, deferred or bounced.
        case attempted(Attempt)
        /// Taken out of the queue on request, for these recipients.
        case cancelled(recipients: [UInt32])
        /// Given up by an operator, for these recipients: as failed, without another attempt.
        /// - Parameters:
        ///   - by: the name of the key, or `martlet queue`.
        ///   - reason: the operator's own words; may be empty.
        case bouncedByOperator(recipients: [UInt32], by: String, reason: String)
        /// It happened to no message.
        case announced(Announcement.Kind)
    }
}

/// One attempt at one recipient.
public struct Attempt: Hashable, Sendable {
    public var recipient: UInt32
    public var mailbox: Mailbox
    /// 1 for the first.
    public var number: Int
    public var outcome: Outcome
    /// When a deferred delivery is tried next.
    public var nextAttempt: WallTime?

    public init(recipient: UInt32, mailbox: Mailbox, number: Int, outcome: Outcome, nextAttempt: WallTime? = nil) {
        self.recipient = recipient
        self.mailbox = mailbox
        self.number = number
        self.outcome = outcome
        self.nextAttempt = nextAttempt
    }
}

/// Everything that is known of a message when it is accepted, apart from its bytes.
public struct QueuedMessage: Sendable {
    public var envelope: Envelope
    public var stream: MailStream
    public var origin: Origin
    public var failureNotice: FailureNotice
    public var isTest: Bool
    /// Bytes of the content, with the fields added at intake.
    public var size: Int
    /// RFC 5322 §3.6.4, with its angle brackets.
    public var messageID: String
    /// From, To and Subject of the header section, decoded; empty where the field is missing.
    public var headerFrom: String
    public var headerTo: String
    public var subject: String
    public var notBefore: WallTime?
    public var campaign: UUIDv7?
    public var tags: [String]
    public var metadata: [(key: String, value: String)]

    public init(
        envelope: Envelope, stream: MailStream, origin: Origin, failureNotice: FailureNotice, isTest: Bool, size: Int,
        messageID: String, headerFrom: String, headerTo: String, subject: String, notBefore: WallTime?,
        campaign: UUIDv7?, tags: [String], metadata: [(key: String, value: String)]
    ) {
        self.envelope = envelope
        self.stream = stream
        self.origin = origin
        self.failureNotice = failureNotice
        self.isTest = isTest
        self.size = size
        self.messageID = messageID
        self.headerFrom = headerFrom
        self.headerTo = headerTo
        self.subject = subject
        self.notBefore = notBefore
        self.campaign = campaign
        self.tags = tags
        self.metadata = metadata
    }
}
