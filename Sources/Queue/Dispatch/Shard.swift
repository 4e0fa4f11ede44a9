import Logging
import Mail

/// What a shard works with; the same for all shards of a queue.
struct ShardTools: Sendable {
    var options: QueueOptions
    var spool: any Spool
    var router: any Router
    var signer: (any Signer)?
    var notices: any Intake
    var metrics: DispatchMetrics
    var logger: Logger
    /// One per shard, in order.
    var boxes: [AdmissionBox]
    /// Suspensions, temporary limits and re-routes.
    var control: StandingOrders
    /// Limits that reach beyond one shard; `nil`: there are none.
    var ledger: (any CreditLedger)?
}

/// One event loop's part of the queue: the thin shell that performs what its `Scheduler` decides.
///
/// A site lives on exactly one shard, so its lanes, its transport's connections and its scheduler share one thread and
/// need no lock. Every method up to its next `await` is one step that nothing interrupts.
actor Shard {
    let index: Int
    let time: any TimeSource
    let tools: ShardTools
    var scheduler: Scheduler
    /// What carries each site's mail, by the site's number.
    var carriers: [Carrier?] = []
    /// Questions to the router under way.
    var lookups = 0
    /// Deliveries that left without an attempt and whose records are still to be written.
    var retirements = Retirements()
    /// Failure notices on their way into the queue.
    var notices = 0
    var drained: CheckedContinuation<Void, Never>?
    var watch = ShardWatch()
    var removals = Removals()
    private var alarm: (at: MonotonicInstant, task: Task<Void, Never>)?
    private var isProbingJournal = false
    private nonisolated let executor: any SerialExecutor
    /// Every task of a shard prefers its loop. Without that, a task of a pinned actor whose continuation is resumed
    /// goes through the global executor's threads and back (measured with Swift 6.3: 35 µs instead of 0.4).
    private let preference: (any TaskExecutor)?

    struct Carrier {
        var site: String
        var transport: any Transport
    }

    init(index: Int, home: ShardHome, tools: ShardTools) {
        self.index = index
        self.tools = tools
        time = home.time
        executor = home.executor
        preference = home.executor as? any TaskExecutor
        let options = tools.options
        let seed = options.seed ?? UInt64.random(in: 0 ... .max)
        scheduler = Scheduler(
            options: options.scheduler, cacheBytes: options.cacheBytes / max(1, tools.boxes.count),
            start: home.time.now, seed: seed &+ UInt64(index), ledger: tools.ledger)
        scheduler.delays.after = options.notification.delayAfter
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Runs a task of this shard, on its loop from beginning to end.
    @discardableResult
    func spawn(_ body: @escaping @Sendable (isolated Shard) async -> Void) -> Task<Void, Never> {
        Task(executorPreference: preference) { await body(self) }
    }

    func start() {
        absorb()
        work()
        spawn { await $0.receive() }
    }

    /// Takes in what other threads bring, until the box is closed.
    private func receive() async {
        while await tools.boxes[index].wait() {
            absorb()
            work()
        }
    }

    /// Puts what lies in the box into the scheduler.
    func absorb() {
        let now = time.now
        obey(now: now)
        for admission in tools.boxes[index].take() {
            if let route = admission.route {
                scheduler.admit(admission.parcel, to: site(of: route, now: now), now: now)
            } else {
                scheduler.admit(admission.parcel, to: nil, now: now)
            }
        }
    }

    /// Does everything that can be done now: expiry, routes, lanes, and the alarm for what comes later.
    func work() {
        if !tools.spool.isHealthy { pauseForJournal() }
        let now = time.now
        let expired = scheduler.advance(to: now)
        if !expired.isEmpty { retire(expired, as: Outcome(.bounced(.expired))) }
        tellDelays(now: now)
        routeUnrouted(now: now)
        openLanes(now: now)
        tools.metrics.queue(scheduler.counts, shard: index, at: now)
        keepWatch()
        setAlarm()
    }

    /// The number of a route's site, with what carries its mail brought up to date (a reload may have changed it).
    func site(of route: Route, now: MonotonicInstant) -> SiteIndex {
        let site = scheduler.site(named: route.site, limits: route.limits, now: now)
        while carriers.count <= Int(site) { carriers.append(nil) }
        carriers[Int(site)] = Carrier(site: route.site, transport: route.transport)
        return site
    }

    private func setAlarm() {
        guard let deadline = scheduler.nextDeadline else { return }
        if let alarm, alarm.at <= deadline { return }
        alarm?.task.cancel()
        let task = spawn { shard in
            do { try await shard.time.sleep(until: deadline) } catch { return }
            shard.ring(deadline)
        }
        alarm = (deadline, task)
    }

    private func ring(_ deadline: MonotonicInstant) {
        if let alarm, alarm.at == deadline { self.alarm = nil }
        work()
    }

    /// A journal that cannot be written stops delivery too: outcomes would be lost, and mail sent twice after a
    /// restart.
    func pauseForJournal() {
        guard !isProbingJournal else { return }
        isProbingJournal = true
        scheduler.suspend(.journal)
        tools.logger.error("the journal cannot be written: delivery pauses")
        spawn { shard in
            while !shard.tools.spool.isHealthy {
                do { try await shard.time.sleep(for: shard.tools.options.journalProbe) } catch { return }
            }
            shard.isProbingJournal = false
            shard.scheduler.resume(.journal)
            shard.tools.logger.notice("the journal can be written again: delivery goes on")
            shard.work()
        }
    }

    func stopPulling() { scheduler.suspend(.draining) }

    /// Returns when no lane is under way and every notice is in the queue, or when the deadline has come.
    /// - Returns: whether everything came to its end in time.
    func drain(until deadline: MonotonicInstant) async -> Bool {
        stopPulling()
        if !isQuiet {
            let timeout = spawn { shard in
                do { try await shard.time.sleep(until: deadline) } catch { return }
                shard.wakeDrain()
            }
            await withCheckedContinuation { waiter in
                // Either may have come before this is run. A deadline that the shards before this one used up always has.
                if isQuiet || time.now >= deadline { waiter.resume() } else { drained = waiter }
            }
            timeout.cancel()
        }
        alarm?.task.cancel()
        watch.cancel()
        return isQuiet
    }

    private var isQuiet: Bool { scheduler.counts.lanes == 0 && notices == 0 && retirements.isIdle }

    func quietPerhaps() {
        if isQuiet { wakeDrain() }
    }

    private func wakeDrain() {
        drained?.resume()
        drained = nil
    }

    func transports() -> [Carrier] { carriers.compactMap { $0 } }
}
