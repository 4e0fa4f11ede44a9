package import Mail

/// What the scheduler knows of a message.
package struct MessageFacts: Sendable {
    package var id: UUIDv7
    /// Its number in the journal.
    package var number: UInt64
    package var tenant: UUIDv7
    package var stream: MailStream
    package var campaign: UUIDv7?
    /// The pool that an operator has chosen for it by hand.
    package var pool: String?
    package var isTest: Bool
    /// Bytes of the content.
    package var size: Int
    package var expiry: MonotonicInstant
    /// The time to tell the sender of the delay came while no process ran.
    package var isDelayNoticeDue = false

    package init(
        id: UUIDv7, number: UInt64, tenant: UUIDv7, stream: MailStream, isTest: Bool, size: Int,
        expiry: MonotonicInstant, campaign: UUIDv7? = nil, pool: String? = nil
    ) {
        self.id = id
        self.number = number
        self.tenant = tenant
        self.stream = stream
        self.isTest = isTest
        self.size = size
        self.expiry = expiry
        self.campaign = campaign
        self.pool = pool
    }
}

/// Deliveries of one message on their way into a scheduler: from intake, from recovery, or from another shard.
struct Parcel: Sendable {
    var message: MessageFacts
    var body: QueuedBody?
    var deliveries: [PendingDelivery]
}

struct PendingDelivery: Sendable {
    var recipient: UInt32
    var destination: Domain
    var attempts: Int = 0
    /// `nil`: at once.
    var due: MonotonicInstant?
}

/// Deliveries of one message that leave the queue without an attempt: expired, unroutable, cancelled.
struct Leaving: Sendable {
    var message: MessageFacts
    var body: QueuedBody?
    var deliveries: [LeavingDelivery]
}

struct LeavingDelivery: Sendable {
    var recipient: UInt32
    var destination: Domain
    var attempts: Int
}
