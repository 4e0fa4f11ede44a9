/// A place that keeps mail for people to look at: the capture inbox of test keys, and the receiving server of `martlet dev`.
public protocol Inbox: Sendable {
    /// Returns when the message would survive a power cut.
    func deposit(_ message: InboxMessage) async throws(Refusal)
    /// Newest first.
    func list(limit: Int, offset: Int) async -> (messages: [InboxSummary], total: Int)
    func message(_ id: UUIDv7) async -> InboxMessage?
    func removeAll() async
}

public struct InboxMessage: Sendable {
    public var id: UUIDv7
    public var receivedAt: WallTime
    public var sender: Mailbox?
    public var recipients: [Mailbox]
    /// The bytes exactly as they came over the wire, after dot-unstuffing.
    public var content: [UInt8]

    public init(id: UUIDv7, receivedAt: WallTime, sender: Mailbox?, recipients: [Mailbox], content: [UInt8]) {
        self.id = id
        self.receivedAt = receivedAt
        self.sender = sender
        self.recipients = recipients
        self.content = content
    }
}

public struct InboxSummary: Sendable {
    public var id: UUIDv7
    public var receivedAt: WallTime
    public var sender: Mailbox?
    public var recipients: [Mailbox]
    public var headerFrom: String
    public var subject: String
    public var messageID: String
    public var size: Int

    public init(
        id: UUIDv7, receivedAt: WallTime, sender: Mailbox?, recipients: [Mailbox], headerFrom: String, subject: String,
        messageID: String, size: Int
    ) {
        self.id = id
        self.receivedAt = receivedAt
        self.sender = sender
        self.recipients = recipients
        self.headerFrom = headerFrom
        self.subject = subject
        self.messageID = messageID
        self.size = size
    }
}
