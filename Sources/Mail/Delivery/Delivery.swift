/// Names one delivery: one message to one of its recipients. The unit of the queue.
public struct DeliveryID: Hashable, Sendable {
    public var message: UUIDv7
    /// The recipient's place in the envelope, from 0.
    public var recipient: UInt32

    public init(message: UUIDv7, recipient: UInt32) {
        self.message = message
        self.recipient = recipient
    }
}

/// Deliveries of one message to one site, carried in one SMTP transaction where the remote host allows it.
public struct DeliveryBatch: Sendable {
    public var message: UUIDv7
    /// The sender and parameters; its recipients are exactly the ones to carry, in the order of `recipientIndexes`.
    public var envelope: Envelope
    /// For each recipient of `envelope` its place in the message's own envelope.
    public var recipientIndexes: [UInt32]
    /// The content in order: signatures, added fields, the client's bytes. Sent one after another, never joined.
    public var content: [[UInt8]]
    /// The destination of the recipients where they share one: what routing is by.
    public var destination: Domain
    /// 1 for the first attempt.
    public var attempt: Int
    public var isTest: Bool
    public var connections: ConnectionTerms
    /// Where it leaves from; `nil`: wherever the transport is set to.
    public var source: EgressSource?

    public init(
        message: UUIDv7, envelope: Envelope, recipientIndexes: [UInt32], content: [[UInt8]], destination: Domain,
        attempt: Int, isTest: Bool = false, connections: ConnectionTerms = ConnectionTerms(),
        source: EgressSource? = nil
    ) {
        self.message = message
        self.envelope = envelope
        self.recipientIndexes = recipientIndexes
        self.content = content
        self.destination = destination
        self.attempt = attempt
        self.isTest = isTest
        self.connections = connections
        self.source = source
    }

    public var size: Int { content.reduce(0) { $0 + $1.count } }
}

/// One connection slot of a site. A lane carries one batch at a time, so a transport may keep one connection per lane.
public struct Lane: Hashable, Sendable {
    public var site: String
    /// The event loop that the site lives on: 0 ..< number of loops.
    public var shard: Int
    /// 0 ..< the site's connection limit.
    public var number: Int

    public init(site: String, shard: Int, number: Int) {
        self.site = site
        self.shard = shard
        self.number = number
    }
}
