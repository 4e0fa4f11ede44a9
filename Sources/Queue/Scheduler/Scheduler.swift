import Mail

/// Decides which delivery goes next: one value per event loop, without locks, clocks, sockets or tasks.
///
/// **Pull scheduling.** Nothing is pushed at a site. A delivery whose time has come lies in a *flow* (the deliveries of
/// one group to one site); a *lane*, one per connection the site allows, asks for the next batch when it is free. So a
/// slow site holds up only itself, limits hold by construction, and what is not yet pulled can still expire, be
/// cancelled or take another route. Inside a site, transactional mail goes first but leaves broadcast one batch in
/// `broadcastFloor`; among tenants, deficit round robin (Shreedhar and Varghese 1995, in the form that lets a batch
/// overdraw and makes the tenant wait for it) gives each the same share, whatever the number of its campaigns, and one
/// that has just become active goes first (`StreamQueue`).
///
/// **One timer wheel.** Every delivery that is not under way has one timer: the end of its life while it is ready, or
/// its next attempt if that comes first. So expiry happens where the delivery waits, even if its site never moves
/// again.
///
/// **Everything is found from everything.** Deliveries are linked to their message, messages to their group (tenant,
/// stream, campaign, pool), deliveries that are ready to a flow of their site, the others to their destination, which
/// knows the site it was last routed to: so a verb costs what it changes.
///
/// The caller, a shard, feeds it events with the time and performs what it says:
/// `admit` and `finish` put deliveries in, `advance` moves the clock, `nextUnrouted` names destinations that want a
/// route, `assign` opens a lane with its first batch, `next` gives a lane its next one.
struct Scheduler: ~Copyable {
    var options: SchedulerOptions {
        didSet { feedback = ConcurrencyFeedback(limit: 1, options: options.feedback) }
    }
    /// What a new site begins with.
    private(set) var feedback: ConcurrencyFeedback
    var clock: SchedulerClock
    var generator: SplitMix64

    var deliveries = Slab<DeliveryEntry>()
    var messages = Slab<MessageEntry>()
    var messageNumbers = NumberIndex()
    var timers = TimerWheel()
    var delays = DelayTimers()
    var bodies: BodyCache

    var tenantNumbers: [UUIDv7: UInt32] = [:]
    var tenants: [TenantEntry] = []
    var groups = Slab<MessageGroup>()
    var groupNumbers: [MessageGroup.Key: UInt32] = [:]
    var campaignGroups: [UUIDv7: [UInt32]] = [:]
    /// Groups of late, each at a place that its tenant, stream and campaign give (`recentPlace`).
    var recentGroups = [UInt32](repeating: .none, count: 256)

    var destinations = Slab<Destination>()
    var destinationNumbers = NumberIndex()
    /// Destinations with unrouted deliveries that nobody asks about yet.
    var unrouted = IndexQueue()

    var sites = Slab<Site>()
    /// The rest of each site, by the site's number.
    var records = ChunkedArray<SiteRecord>()
    var siteNumbers = NumberIndex()
    /// End of a back-off, or of the time a site without mail is remembered.
    var siteTimers = TimerWheel()
    /// The first end of a temporary limit, on the scheduler's clock.
    var nextLimitEnd: UInt64?
    /// Sites that want a lane.
    var eager = IndexQueue()

    var flows = Slab<Flow>()
    var flowNumbers = NumberIndex()
    var turns = Slab<TenantTurn>()
    var turnNumbers = NumberIndex()
    /// When a parked flow is looked at again.
    var flowTimers = TimerWheel()

    /// The counters of this shard's sites, and of what one source sends to one of them.
    var meters: MeterSet
    /// Those of tenants, campaigns and sources, which have mail in other shards, too; `nil`: none of them is limited.
    var ledger: (any CreditLedger)?
    /// Flows that wait for a transaction to end, by the number of the ledger's counter that is full.
    var crowded: [UInt32: FlowQueue] = [:]
    /// Flows that wait for room in a daily cap, by the number of the daily ledger's counter: what was never tried is given
    /// back.
    var cappedFlows: [UInt32: Set<UInt32>] = [:]
    /// The same as `crowded` for counters of `meters`.
    var crowdedHere: [UInt32: Set<UInt32>] = [:]

    /// The lane that is given a batch at this moment.
    var pulling = 0
    /// Ways out, pools of them, and what they have done.
    var egress = EgressState()

    var holds = HoldBook()
    /// Flows that were parked because of a hold, by its scope.
    var heldFlows: [Hold.Scope: Set<UInt32>] = [:]
    /// Something beside the site is asked before a flow is served.
    var hasGates = false
    /// What shaping rules have set here and nobody has been told of yet.
    var directives: [ShapingDirective] = []

    /// For the verbs of operators.
    var selecting = SelectState()

    private(set) var suspensions: Set<Suspension> = []
    var counts = QueueCounts()
    /// Since the start.
    var verdicts = VerdictCounts()

    /// - Parameter ledger: the counters that all shards share; `nil`: it has its own.
    init(
        options: SchedulerOptions, cacheBytes: Int, start: MonotonicInstant, seed: UInt64,
        ledger: (any CreditLedger)? = nil
    ) {
        self.options = options
        feedback = ConcurrencyFeedback(limit: 1, options: options.feedback)
        meters = MeterSet(options.throttles)
        if options.throttles.reachesBeyondSites { self.ledger = ledger ?? SharedMeters(options.throttles) }
        clock = SchedulerClock(start: start)
        bodies = BodyCache(capacity: cacheBytes)
        generator = SplitMix64(seed: seed)
        resolveEgress()
    }

    mutating func suspend(_ reason: Suspension) { suspensions.insert(reason) }

    mutating func resume(_ reason: Suspension) { suspensions.remove(reason) }

    /// When `advance` has something to do; `nil` when nothing waits for a time.
    var nextDeadline: MonotonicInstant? {
        var next = UInt64.max
        if let time = timers.nextTime { next = time }
        if let time = siteTimers.nextTime { next = min(next, time) }
        if let time = flowTimers.nextTime { next = min(next, time) }
        if let end = holds.nextEnd { next = min(next, milliseconds(of: end)) }
        if let end = nextLimitEnd { next = min(next, end) }
        if let time = delays.nextTime { next = min(next, time) }
        return next == .max ? nil : clock.instant(next)
    }

    private func milliseconds(of end: MonotonicInstant) -> UInt64 {
        UInt64(max(0, (end - clock.start).wholeMilliseconds))
    }
}
