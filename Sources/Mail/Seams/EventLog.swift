/// The journal as its consumers see it: a sequence of events by offset. Each consumer keeps an offset of its own.
public protocol EventLog: Sendable {
    /// The offset behind the last durable event.
    var end: UInt64 { get }
    /// Up to `limit` events at or after `offset`, in order, with the offset to go on from. Empty when there are none.
    func read(from offset: UInt64, limit: Int) async throws(EventLogFailure) -> (events: [Event], next: UInt64)
    /// Returns when an event at or after `offset` is durable.
    func wait(for offset: UInt64) async throws(CancellationError)
    /// A consumer has passed this offset: what is before it may be removed once nobody else needs it.
    func acknowledge(_ consumer: String, upTo offset: UInt64)
}

public enum EventLogFailure: Error, Hashable, Sendable {
    /// The offset lies before the oldest segment that is still kept.
    case removed(oldest: UInt64)
    case damaged(file: String, offset: UInt64)
    case unreadable(errno: Int32)
}
