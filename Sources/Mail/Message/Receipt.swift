/// The proof that a submission is durable: it exists only after the journal's commit has returned.
public struct Receipt: Sendable {
    public var id: UUIDv7
    /// RFC 5322 §3.6.4, with its angle brackets: the client's own, or the one stamped at intake.
    public var messageID: String
    /// Where the `queued` event stands in the journal; a reader that has passed it has seen the message.
    public var offset: UInt64
    public var acceptedAt: WallTime

    public init(id: UUIDv7, messageID: String, offset: UInt64, acceptedAt: WallTime) {
        self.id = id
        self.messageID = messageID
        self.offset = offset
        self.acceptedAt = acceptedAt
    }
}

/// Why a submission was not accepted. Nothing of it has been kept, and the client may be told so.
public enum Refusal: Error, Hashable, Sendable {
    /// The journal could not be written (452 4.3.1, 503): the disk is full, or a write or sync failed.
    case storageUnavailable
    /// Below the floor of free disk space or inodes (452 4.3.1, 503).
    case diskLow
    /// Above the memory limit (452 4.3.1, 503).
    case overloaded
    /// The engine is draining (421 4.3.2, 503).
    case shuttingDown
    /// The content is above the limit, in bytes (552 5.3.4, 413).
    case tooLarge(limit: Int)
    /// RFC 5321 §6.3: too many Received fields, so the message runs in a circle (554 5.4.6).
    case mailLoop
}
