package import Logging
package import Mail
import Synchronization

/// The queue: one shard per event loop behind one door.
///
/// Life: `init`, then `start` with what the journal recovered, then `admit` for every accepted message, at the end
/// `drain`. All methods may be called from any thread.
package final class DeliveryQueue: Sendable {
    let options: QueueOptions
    let spool: any Spool
    let router: any Router
    private let signer: (any Signer)?
    let time: any TimeSource
    private let homes: [ShardHome]
    let logger: Logger
    let boxes: [AdmissionBox]
    private let shards = Mutex<[Shard]>([])
    /// Suspensions, temporary limits and re-routes.
    let control: StandingOrders
    /// One verb at a time goes through the queue.
    let verbs = TurnLock()
    /// As configured at present; a reload changes it.
    let scheduling: Mutex<SchedulerOptions>
    /// The counters that all shards share.
    private let ledger: SharedMeters
    /// The end has begun.
    let isDraining = Atomic(false)
    /// The highest number of a message that was admitted: what a verb means ends there.
    let lastNumber = Atomic<UInt64>(0)

    /// - Parameters:
    ///   - homes: one per shard, in the order of the loops; at least one.
    ///   - signer: `nil` signs nothing.
    ///   - state: where suspensions and the like are kept over a restart; `nil`: nowhere.
    package init(
        options: QueueOptions, spool: any Spool, router: any Router, signer: (any Signer)?, time: any TimeSource,
        homes: [ShardHome], state: (any QueueStateStore)? = nil, logger: Logger = Logger(label: "martlet.queue")
    ) {
        precondition(!homes.isEmpty, "a queue needs at least one shard")
        self.options = options
        self.spool = spool
        self.router = router
        self.signer = signer
        self.time = time
        self.homes = homes
        self.logger = logger
        boxes = homes.map { _ in AdmissionBox() }
        scheduling = Mutex(options.scheduler)
        ledger = SharedMeters(options.scheduler.throttles)
        control = StandingOrders(store: state, shards: homes.count, time: time, logger: logger)
    }

    /// Begins to deliver. Messages admitted before wait until now.
    /// - Parameters:
    ///   - recovered: what the journal found unfinished.
    ///   - notices: where failure notices go in.
    ///   - lastRecord: when the journal was last written to, as `RecoveryReport` says: notices of delays that were due
    ///     before have been sent. `nil`: all that are due have.
    package func start(
        recovered: [RecoveredMessage], notices: any Intake, lastRecord: WallTime? = nil
    ) async {
        await start(recovered: RecoveredMail(parts: [recovered]), notices: notices, lastRecord: lastRecord)
    }

    /// The same, with the messages in parts that are freed one by one.
    package func start(recovered: RecoveredMail, notices: any Intake, lastRecord: WallTime? = nil) async {
        await control.load(first: recovered.first, tries: 30)
        let isShared = options.scheduler.throttles.reachesBeyondSites
        let tools = ShardTools(
            options: options, spool: spool, router: router, signer: signer, notices: notices,
            metrics: DispatchMetrics(shards: homes.count), logger: logger, boxes: boxes, control: control,
            ledger: isShared ? ledger : nil)
        let started = homes.enumerated().map { Shard(index: $0.offset, home: $0.element, tools: tools) }
        shards.withLock { shards in
            precondition(shards.isEmpty, "the queue was started twice")
            shards = started
        }
        for shard in started { await shard.start() }
        await admit(recovered: recovered, lastRecord: lastRecord)
    }

    /// Takes in a message that is durable. Does not wait.
    func admit(_ message: AcceptedMessage, number: UInt64, author: Domain?) {
        for (shard, admission) in sorted(message, number: number, author: author, now: time.now, wall: time.wall) {
            boxes[shard].put(admission)
        }
    }

    /// Many durable messages: each shard is woken once.
    func admit(batch: [(message: AcceptedMessage, number: UInt64, author: Domain?)]) {
        let now = time.now
        let wall = time.wall
        var parts = [[Admission]](repeating: [], count: boxes.count)
        for (message, number, author) in batch {
            for (shard, admission) in sorted(message, number: number, author: author, now: now, wall: wall) {
                parts[shard].append(admission)
            }
        }
        for shard in boxes.indices { boxes[shard].put(parts[shard]) }
    }

    private func sorted(
        _ message: AcceptedMessage, number: UInt64, author: Domain?, now: MonotonicInstant, wall: WallTime
    ) -> [(shard: Int, admission: Admission)] {
        let facts = message.facts
        let body = QueuedBody(facts: facts, content: message.content, author: author)
        var summary = MessageFacts(
            id: message.id, number: number, tenant: message.tenant, stream: facts.stream, isTest: facts.isTest,
            size: facts.size, expiry: expiry(at: message.at, notBefore: facts.notBefore, now: now, wall: wall),
            campaign: facts.campaign)
        lastNumber.max(number, ordering: .relaxed)
        if control.hasRoutes.load(ordering: .relaxed) {
            summary.pool = control.pool(
                of: summary, to: facts.envelope.recipients.lazy.map(\.mailbox.domain),
                scheduling.withLock { $0.egress })
        }
        let due = instant(facts.notBefore, now: now, wall: wall)
        var sorter = AdmissionSorter(
            message: summary, body: body, router: router, shards: boxes.count, now: now)
        for (place, recipient) in facts.envelope.recipients.enumerated() {
            sorter.add(
                PendingDelivery(recipient: UInt32(place), destination: recipient.mailbox.domain, due: due))
        }
        return sorter.admissions
    }

    /// Wall times from outside become points on the monotonic clock once, here.
    func instant(_ time: WallTime?, now: MonotonicInstant, wall: WallTime) -> MonotonicInstant? {
        guard let time, time > wall else { return nil }
        return now + (time - wall)
    }

    func expiry(at: WallTime, notBefore: WallTime?, now: MonotonicInstant, wall: WallTime) -> MonotonicInstant {
        now + (max(at, notBefore ?? at) + scheduling.withLock { $0.lifetime } - wall)
    }

    /// A reload: other limits, sources, times and rules from now on. What is queued and what has been counted stays.
    package func replace(_ options: SchedulerOptions) async {
        scheduling.withLock { $0 = options }
        ledger.replace(options.throttles, at: time.now)
        let shared: SharedMeters? = options.throttles.reachesBeyondSites ? ledger : nil
        for shard in running { await shard.replace(options, ledger: shared) }
    }

    /// The queue as it is; also brings the gauges up to date, so ask for it before metrics are read.
    package func snapshot(sites limit: Int = 100) async -> QueueSnapshot {
        var counts = QueueCounts()
        var sites: [SiteView] = []
        for shard in running {
            counts += await shard.counts()
            if limit > 0 { sites += await shard.sites() }
        }
        sites.sort { ($0.ready + $0.carried, $1.name) > ($1.ready + $1.carried, $0.name) }
        return QueueSnapshot(counts: counts, sites: Array(sites.prefix(limit)))
    }

    /// The end: no lane starts anything new, those under way finish, and the transports close their connections. What
    /// is left stays in the journal for the next start.
    /// - Returns: whether every lane came to its end before the deadline.
    package func drain(deadline: MonotonicInstant) async -> Bool {
        isDraining.store(true, ordering: .relaxed)
        let shards = running
        for shard in shards { await shard.stopPulling() }
        var inTime = true
        for shard in shards where await !shard.drain(until: deadline) { inTime = false }
        var closed: Set<ObjectIdentifier> = []
        for shard in shards {
            for carrier in await shard.transports() {
                // Many sites share one transport, which is told once.
                if type(of: carrier.transport) is AnyClass,
                    !closed.insert(ObjectIdentifier(carrier.transport as AnyObject)).inserted
                {
                    continue
                }
                await carrier.transport.shutDown()
            }
        }
        for box in boxes { box.close() }
        return inTime
    }

    var running: [Shard] { shards.withLock { $0 } }

    var last: UInt64 { lastNumber.load(ordering: .relaxed) }
}
