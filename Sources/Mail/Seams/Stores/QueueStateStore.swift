/// Keeps the queue's own decisions over a restart: suspensions, pools that were changed by hand, how far a warm-up has
/// come. Small values under two names; the queue knows their form, the store does not.
public protocol QueueStateStore: Sendable {
    /// Everything of a section, by key.
    func load(_ section: String) async throws(StorageFailure) -> [(key: String, value: [UInt8])]
    /// Writes all or nothing; durable when it returns. `nil` removes.
    func save(_ section: String, _ changes: [(key: String, value: [UInt8]?)]) async throws(StorageFailure)
}
