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
    var references: UInt32 = 0
    var unrouted = DeliveryList()
    /// Those that wait for a later time.
    var waiting = DeliveryList()
    /// The site it was last routed to, or none. The site is not forgotten as long as this names it.
    var lastSite: SiteIndex = .none
    /// Neighbours among the destinations of that site.
    var previousOfSite: UInt32 = .none
    var nextOfSite: UInt32 = .none
    /// In the queue of destinations that want a route.
    var isQueued = false
    /// Somebody is asking for its route: nobody else does.
    var isResolving = false
    /// It has changed sites: something of it may lie ready at an old one.
    var hasMoved = false
}
