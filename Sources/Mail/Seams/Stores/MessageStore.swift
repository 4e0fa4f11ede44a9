/// The projection of the journal that the API reads.
public protocol MessageStore: Sendable {
    func message(_ id: UUIDv7, of tenant: UUIDv7) async throws(StorageFailure) -> MessageView?
    func messages(of tenant: UUIDv7, matching filter: MessageFilter) async throws(StorageFailure) -> MessagePage
    /// In journal order.
    func events(of message: UUIDv7, tenant: UUIDv7) async throws(StorageFailure) -> [EventView]
    /// Deliveries still in the queue, by destination: what `martlet queue` prints.
    func queueSummary() async throws(StorageFailure) -> [QueueSummaryRow]
}

public struct MessageFilter: Hashable, Sendable {
    public var status: MessageStatus?
    public var to: String?
    public var since: WallTime?
    public var until: WallTime?
    public var limit: Int
    public var offset: Int
    /// Only messages older than this one: a page cursor.
    public var before: UUIDv7?

    public init(
        status: MessageStatus? = nil, to: String? = nil, since: WallTime? = nil, until: WallTime? = nil,
        limit: Int = 50,
        offset: Int = 0, before: UUIDv7? = nil
    ) {
        self.status = status
        self.to = to
        self.since = since
        self.until = until
        self.limit = limit
        self.offset = offset
        self.before = before
    }
}

public struct MessagePage: Sendable {
    /// Newest first.
    public var messages: [MessageView]
    public var total: Int

    public init(messages: [MessageView], total: Int) {
        self.messages = messages
        self.total = total
    }
}

public struct QueueSummaryRow: Hashable, Sendable {
    public var destination: String
    public var queued: Int
    public var deferred: Int
    public var oldest: WallTime
    public var lastReply: String?

    public init(destination: String, queued: Int, deferred: Int, oldest: WallTime, lastReply: String?) {
        self.destination = destination
        self.queued = queued
        self.deferred = deferred
        self.oldest = oldest
        self.lastReply = lastReply
    }
}
