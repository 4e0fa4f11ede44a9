import Mail

/// Decides which delivery goes next: one value per event loop, without locks, clocks, sockets or tasks.
///
/// **Pull scheduling.** Nothing is pushed at a site. A delivery whose time has come lies in a *flow* (tenant and
/// stream) of its site's queue; a *lane*, one per connection the site allows, asks for the next batch when it is
/// free. So a slow site holds up only itself, limits hold by construction, and what is not yet pulled can still
/// expire, be cancelled or take another route. Inside a site, transactional mail goes first but leaves broadcast one
/// batch in `broadcastFloor`; among tenants, deficit round robin (Shreedhar and Varghese 1995, in the form that lets
/// a batch overdraw and makes the flow wait for it) gives each the same share.
///
/// **One timer wheel.** Every delivery that is not under way has one timer: the end of its life while it is ready, or
/// its next attempt if that comes first. So expiry happens where the delivery waits, even if its site never moves
/// again.
///
/// The caller, a shard, feeds it events with the time and performs what it says:
/// `admit` and `finish` put deliveries in, `advance` moves the clock, `nextUnrouted` names destinations that want a
/// route, `assign` opens a lane with its first batch, `next` gives a lane its next one.
struct Scheduler: ~Copyable {
    let options: SchedulerOptions
    let clock: SchedulerClock
    var generator: SplitMix64

    var deliveries = Slab<DeliveryEntry>()
    var messages = Slab<MessageEntry>()
    var identities = IdentityIndex()
    var timers = TimerWheel()
    var bodies: BodyCache

    var tenantNumbers: [UUIDv7: UInt32] = [:]
    var tenants: [UUIDv7] = []

    var destinations = Slab<Destination>()
    var destinationNumbers: [Destination.Key: UInt32] = [:]
    /// Destinations with unrouted deliveries that nobody asks about yet.
    var unrouted = IndexQueue()

    var sites = Slab<Site>()
    var siteNumbers: [String: SiteIndex] = [:]
    /// End of a back-off, or of the time a site without mail is remembered.
    var siteTimers = TimerWheel()
    /// Sites that want a lane.
    var eager = IndexQueue()

    var flows = Slab<Flow>()
    var flowNumbers: [Flow.Key: UInt32] = [:]

    /// The counters of this shard's sites.
    var meters: MeterSet
    /// Those of tenants, which have mail in other shards, too; `nil`: no tenant is limited.
    let ledger: (any CreditLedger)?
    /// Each tenant's counter, by the tenant's number.
    var tenantMeters: [UInt32] = []
    /// When a parked flow is looked at again.
    var flowTimers = TimerWheel()
    /// Flows that wait for one of their tenant's transactions to end.
    var crowded: [UInt32: Set<UInt32>] = [:]

    private(set) var suspensions: Set<Suspension> = []
    var counts = QueueCounts()

    /// - Parameter ledger: the counters that all shards share; `nil`: it has its own.
    init(
        options: SchedulerOptions, cacheBytes: Int, start: MonotonicInstant, seed: UInt64,
        ledger: (any CreditLedger)? = nil
    ) {
        self.options = options
        meters = MeterSet(options.throttles)
        self.ledger = options.throttles.has(.tenant) ? ledger ?? SharedMeters(options.throttles) : nil
        clock = SchedulerClock(start: start)
        bodies = BodyCache(capacity: cacheBytes)
        generator = SplitMix64(seed: seed)
    }

    mutating func suspend(_ reason: Suspension) { suspensions.insert(reason) }

    mutating func resume(_ reason: Suspension) { suspensions.remove(reason) }

    /// When `advance` has something to do; `nil` when nothing waits for a time.
    var nextDeadline: MonotonicInstant? {
        var next = UInt64.max
        if let time = timers.nextTime { next = time }
        if let time = siteTimers.nextTime { next = min(next, time) }
        if let time = flowTimers.nextTime { next = min(next, time) }
        return next == .max ? nil : clock.instant(next)
    }
}

/// How many deliveries are in which state, in one shard or, summed, in the queue.
package struct QueueCounts: Hashable, Sendable {
    package var messages = 0
    package var unrouted = 0
    package var ready = 0
    package var carried = 0
    /// For a retry or a scheduled time.
    package var waiting = 0
    package var lanes = 0
    package var sites = 0
    package var cachedBytes = 0

    package init() {}

    package var deliveries: Int { unrouted + ready + carried + waiting }

    package static func += (sum: inout Self, other: Self) {
        sum.messages += other.messages
        sum.unrouted += other.unrouted
        sum.ready += other.ready
        sum.carried += other.carried
        sum.waiting += other.waiting
        sum.lanes += other.lanes
        sum.sites += other.sites
        sum.cachedBytes += other.cachedBytes
    }
}
