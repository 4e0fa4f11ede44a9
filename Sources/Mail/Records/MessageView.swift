/// A message as the projection of the journal has it, for the API.
public struct MessageView: Sendable {
    public var id: UUIDv7
    public var tenant: UUIDv7
    public var messageID: String
    public var from: String
    public var to: [String]
    public var subject: String
    public var status: MessageStatus
    public var tags: [String]
    public var metadata: [(key: String, value: String)]
    public var size: Int
    public var isTest: Bool
    public var createdAt: WallTime
    public var scheduledAt: WallTime?
    public var sentAt: WallTime?
    public var deliveredAt: WallTime?
    public var bouncedAt: WallTime?
    /// One per recipient, in envelope order; empty in lists.
    public var deliveries: [DeliveryView]

    public init(
        id: UUIDv7, tenant: UUIDv7, messageID: String, from: String, to: [String], subject: String,
        status: MessageStatus, tags: [String], metadata: [(key: String, value: String)], size: Int, isTest: Bool,
        createdAt: WallTime, scheduledAt: WallTime?, sentAt: WallTime?, deliveredAt: WallTime?, bouncedAt: WallTime?,
        deliveries: [DeliveryView]
    ) {
        self.id = id
        self.tenant = tenant
        self.messageID = messageID
        self.from = from
        self.to = to
        self.subject = subject
        self.status = status
        self.tags = tags
        self.metadata = metadata
        self.size = size
        self.isTest = isTest
        self.createdAt = createdAt
        self.scheduledAt = scheduledAt
        self.sentAt = sentAt
        self.deliveredAt = deliveredAt
        self.bouncedAt = bouncedAt
        self.deliveries = deliveries
    }
}

/// The states of the public contract. A message of several recipients is `queued` while any of them is, then `bounced`
/// when all of them were, else `delivered`.
public enum MessageStatus: String, Hashable, Sendable, CaseIterable {
    case scheduled, queued, sent, delivered, bounced, failed, cancelled
}

public struct DeliveryView: Sendable {
    public enum Status: String, Hashable, Sendable {
        case queued, deferred, delivered, bounced, cancelled
    }

    public var recipient: String
    public var status: Status
    public var attempts: Int
    public var nextAttempt: WallTime?
    /// The last reply, or the reason in words where there was none.
    public var lastReply: String?

    public init(recipient: String, status: Status, attempts: Int, nextAttempt: WallTime?, lastReply: String?) {
        self.recipient = recipient
        self.status = status
        self.attempts = attempts
        self.nextAttempt = nextAttempt
        self.lastReply = lastReply
    }
}

/// An event as the projection has it. `detail` is the JSON object that the API shows as `metadata`.
public struct EventView: Sendable {
    public var id: UUIDv7
    public var offset: UInt64
    /// `queued`, `sent`, `deferred`, `delivered`, `bounced`, `failed`, `cancelled`.
    public var type: String
    public var at: WallTime
    public var detail: String

    public init(id: UUIDv7, offset: UInt64, type: String, at: WallTime, detail: String) {
        self.id = id
        self.offset = offset
        self.type = type
        self.at = at
        self.detail = detail
    }
}
