import Mail

/// One message with deliveries in this shard.
struct MessageEntry {
    var id: UUIDv7
    var number: UInt64
    /// On the scheduler's clock.
    var expiry: UInt64
    var tenant: UInt32
    var firstDelivery: UInt32 = .none
    /// Deliveries in this shard.
    var pending: UInt32 = 0
    /// Its place in the body cache, or none.
    var body: UInt32 = .none
    var stream: MailStream
    var isTest: Bool
    /// A cancellation came while deliveries were under way: what they cannot deliver now is not tried again.
    var isCancelled = false
    /// The content's bytes, clamped to 4 GiB.
    var size: UInt32
}
