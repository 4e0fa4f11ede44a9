import Mail

/// A recipient domain that deliveries of this shard go to, stored once for all of them.
struct Destination {
    struct Key: Hashable {
        var domain: Domain
        /// Test messages have routes of their own.
        var isTest: Bool
    }

    var key: Key
    /// Deliveries that name it.
    var references = 0
    /// The list of unrouted deliveries.
    var head: UInt32 = .none
    var tail: UInt32 = .none
    var unrouted = 0
    /// In the queue of destinations that want a route.
    var isQueued = false
    /// Somebody is asking for its route: nobody else does.
    var isResolving = false
}
