import Mail

/// One message with deliveries in this shard.
struct MessageEntry {
    var id: UUIDv7
    var number: UInt64
    /// On the scheduler's clock.
    var expiry: UInt64
    var group: UInt32
    /// Neighbours among the messages of the group.
    var previousInGroup: UInt32 = .none
    var nextInGroup: UInt32 = .none
    var firstDelivery: UInt32 = .none
    /// Deliveries in this shard.
    var pending: UInt32 = 0
    /// Its place in the body cache, or none.
    var body: UInt32 = .none
    /// The content's bytes, clamped to 4 GiB.
    var size: UInt32
    var isTest: Bool
    /// A cancellation came while deliveries were under way: what they cannot deliver now is not tried again.
    var isCancelled = false
    /// The last verb that has counted it.
    var countedBy: UInt16 = 0
}
