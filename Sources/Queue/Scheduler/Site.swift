import Mail

/// The number of a site within its shard. Given out anew once the site is forgotten.
typealias SiteIndex = UInt32

/// A site's queue: its flows by stream, its lanes, and how it has behaved of late.
struct Site {
    var name: String
    var limits: SiteLimits
    var lanes = LaneSet()
    /// Lanes the site is trusted with at present: one less for every connection that failed while others held, one more
    /// for every success, 1 when it is probed after a back-off. At most `limits.connections`.
    var allowance: Int
    var transactional = FlowRing()
    var broadcast = FlowRing()
    /// Transactional batches in a row while broadcast waited.
    var transactionalInRow = 0
    /// Deliveries in its flows.
    var ready = 0
    /// Deliveries under way.
    var carried = 0
    /// In the queue of sites that want a lane.
    var isQueued = false
    var health = SiteHealth()
    /// Its counter among the scheduler's meters, or none.
    var meter: UInt32 = .none
    /// When its own limits will let something pass, on the scheduler's clock.
    var heldUntil: UInt64?
    /// Held because of new connections only: one that is still open may be used.
    var isHeldForConnects = false
    /// Flows that are in no ring because of their tenants' limits.
    var parked = 0

    init(name: String, limits: SiteLimits) {
        self.name = name
        self.limits = limits
        allowance = max(1, limits.connections)
    }

    var wantsLane: Bool {
        ready > 0 && !health.isBackedOff && lanes.count < min(allowance, max(1, limits.connections))
            && heldUntil == nil && !(transactional.isEmpty && broadcast.isEmpty)
    }

    var isIdle: Bool {
        ready == 0 && carried == 0 && lanes.count == 0 && !health.isBackedOff && heldUntil == nil && parked == 0
    }
}

/// Whether a site can be reached at all (what Postfix calls a dead destination).
struct SiteHealth {
    /// Connection failures since the last conversation, while no back-off is on.
    var failuresInRow = 0
    /// Where the last of them was bound for.
    var failedDestination: UInt32 = .none
    /// Back-offs in a row without a conversation between them.
    var backOffs = 0
    /// End of the present back-off on the scheduler's clock.
    var blockedUntil: UInt64?
    /// When the present or last back-off began: what was pulled before it tells nothing new.
    var blockedAt: UInt64?
    var reason: DeferralReason?

    var isBackedOff: Bool { blockedUntil != nil }
}
