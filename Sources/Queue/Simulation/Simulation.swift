import Mail

/// The real scheduler under virtual time: traffic comes in, batches go out to scripted sites and come back, and nobody
/// waits. One seed, one course.
///
/// It does what a `Shard` does with its scheduler, in the same order: after every event the clock is moved, what is over
/// leaves, destinations get their routes, lanes get batches. Where a shard has a task, this has an event; where it has a
/// transport, this has a `SimulatedSite`. So whatever shows here is what production does, and the other way round, apart
/// from the network. There is one shard: sites on several differ only in what they share, and that is behind seams.
struct Simulation: ~Copyable {
    /// A batch under way.
    struct Flight {
        var batch: Batch
        var pull: SimulatedPull
        /// The place of the site in `sites`.
        var site: Int
        /// The place of the source, 0 without sources.
        var source: Int
        var connection: UInt32?
        var keepsConnection = false
        /// Batches the lane has carried, with this one.
        var carried: Int
        var outcomes: [Outcome] = []
    }

    let plan: SimulationPlan
    let observer: (any SimulationObserver)?
    var scheduler: Scheduler
    var random: SplitMix64
    var events = EventHeap()
    private(set) var now: MonotonicInstant
    private let time: SimulatedTime
    /// What the wall clock has been set forward by, in milliseconds.
    var wallOffset: Int64 = 0
    let daily: DailyCounters?
    let shaping: SharedShaping?
    let start = MonotonicInstant(nanoseconds: 1_000_000_000_000)
    let end: MonotonicInstant
    /// Nanoseconds.
    let idleTime: Int64
    /// Nanoseconds, by the place of the traffic script.
    let lifetimes: [Int64]

    var sites: [SimulatedSite] = []
    /// For each script the places of its sites in `sites`, one for each domain, or one for all.
    var sitesOfScript: [[Int]] = []
    /// The script that each of `sites` follows.
    var scriptOfSite: [Int] = []
    var siteOfDomain: [Domain: Int] = [:]
    /// The place of the site by its number in the scheduler.
    var siteByNumber: [Int] = []

    var flows: [TrafficFlow] = []
    var bursts: [BurstRun] = []
    var flights = Slab<Flight>()
    var connections: SimulatedConnections
    var outstanding = OutstandingMessages()
    var tally: SimulationTally
    /// Days that end within the plan.
    private var dayCount = 0
    /// How late an alarm rings at most, in nanoseconds: a real one is never on time.
    var lateness: Int64 = 0

    init(_ plan: SimulationPlan, seed: UInt64, observer: (any SimulationObserver)? = nil) {
        self.plan = plan
        self.observer = observer
        random = SplitMix64(seed: seed)
        now = start
        end = start + plan.length
        time = SimulatedTime(now: start, wall: plan.start)
        daily = plan.daily.isEmpty ? nil : DailyCounters(plan.daily, time: time)
        shaping = plan.shaping.map { SharedShaping($0) }
        var options = plan.options
        options.daily = daily
        options.shaping = shaping
        scheduler = Scheduler(options: options, cacheBytes: 0, start: start, seed: random.next())
        let table = plan.options.egress
        let sources = max(1, table.sources.count)
        idleTime = plan.keepsConnections.wholeNanoseconds
        lifetimes = plan.traffic.map { ($0.lifetime ?? plan.options.lifetime).wholeNanoseconds }
        var names: [String] = []
        for (place, script) in plan.sites.enumerated() {
            var own: [Int] = []
            for domain in script.domains.indices {
                if script.provider != nil, domain > 0 {
                    own.append(own[0])
                } else {
                    own.append(sites.count)
                    scriptOfSite.append(place)
                    sites.append(
                        SimulatedSite(
                            script, domain: domain, sources: sources, known: plan.knownSources, seed: random.next()))
                }
                siteOfDomain[script.domains[domain]] = own[domain]
            }
            sitesOfScript.append(own)
            names.append(script.name)
        }
        connections = SimulatedConnections(sites: sites.count, sources: sources)
        tally = SimulationTally(
            sources: table.isEmpty ? ["-"] : table.sources.map(\.name), sites: names,
            days: Int(plan.length.wholeMilliseconds / 86_400_000) + 1)
        for script in plan.traffic {
            flows.append(TrafficFlow(script, sites: plan.sites, seed: random.next()))
        }
    }

    /// Nanoseconds since the beginning.
    var elapsed: Int64 { now.nanoseconds - start.nanoseconds }

    var wall: WallTime {
        WallTime(milliseconds: plan.start.milliseconds + elapsed / 1_000_000 + wallOffset)
    }

    /// Days since the beginning, as the receivers count them.
    var day: Int { Int((elapsed + firstSecond * 1_000_000_000) / 86_400_000_000_000) }

    /// Seconds of the first day that are over when the simulation begins.
    var firstSecond: Int64 {
        let seconds = plan.start.milliseconds / 1_000 + Int64(plan.zone)
        return (seconds % 86_400 + 86_400) % 86_400
    }

    /// Time goes by and nothing runs.
    mutating func pass(_ length: Duration) { now = now + length }

    /// Runs to the end of the plan.
    mutating func run() -> SimulationReport {
        begin()
        while step() {}
        if tally.days.count < dayCount || dayCount == 0 { endDay() }
        return tally.report(start: plan.start, zone: plan.zone)
    }

    mutating func begin() {
        let length = plan.length.wholeNanoseconds
        for index in flows.indices { schedule(arrivalOf: index) }
        for index in plan.verbs.indices {
            events.push(.init(.verb, index, at: plan.verbs[index].time.wholeNanoseconds))
        }
        let day: Int64 = 86_400_000_000_000
        // A moment before midnight, when the sending day is still the old one.
        var time = day - firstSecond * 1_000_000_000 - 1_000_000
        while time < length {
            events.push(.init(.dayEnd, 0, at: time))
            time += day
            dayCount += 1
        }
        startBursts(of: 0)
        work()
    }

    mutating func schedule(arrivalOf index: Int) {
        let seconds = plan.start.milliseconds / 1_000 + Int64(plan.zone)
        // 1 January 1970 was a Thursday.
        let weekday = Int(((seconds / 86_400 + 3) % 7 + 7) % 7)
        let next = flows[index].nextArrival(
            until: plan.length.wholeNanoseconds, firstHour: Int(firstSecond / 3_600), weekday: weekday)
        if let next { events.push(.init(.arrival, index, at: next)) }
    }

    /// The next event, or the next thing that the scheduler wants to do.
    /// - Returns: false at the end of the plan.
    mutating func step() -> Bool {
        var time = events.nextTime ?? .max
        if let deadline = scheduler.nextDeadline {
            var alarm = deadline.nanoseconds - start.nanoseconds
            if lateness > 0 { alarm += Int64(random.next() % UInt64(lateness)) }
            time = min(time, max(alarm, elapsed))
        }
        guard time < end.nanoseconds - start.nanoseconds else {
            now = end
            return false
        }
        now = max(now, MonotonicInstant(nanoseconds: start.nanoseconds + time))
        self.time.move(to: now, wall: wall)
        while let next = events.nextTime, next <= elapsed, let event = events.pop() { perform(event) }
        if daily != nil { self.time.move(to: now, wall: wall) }
        work()
        return true
    }

    private mutating func perform(_ event: EventHeap.Event) {
        let index = Int(event.index)
        switch event.kind {
        case .arrival:
            accept(from: index)
            schedule(arrivalOf: index)
        case .burst: goOn(burst: index)
        case .landing: land(event.index)
        case .connect: depart(event.index)
        case .verb: perform(plan.verbs[index].action)
        case .dayEnd:
            endDay()
            startBursts(of: tally.days.count)
        }
    }

    private mutating func endDay() {
        let stages = daily?.warmups().map {
            SimulationReport.Stage(
                source: $0.source, group: $0.group, stage: $0.stage, cap: $0.cap, sent: $0.sent,
                isFinished: $0.isFinished)
        }
        tally.endDay(
            queued: scheduler.counts.deliveries, oldest: outstanding.age(at: elapsed), stages: stages ?? [])
    }

    /// As `Shard.work`.
    private mutating func work() {
        let expired = scheduler.advance(to: now)
        if !expired.isEmpty { depart(expired, .expired) }
        route()
        openLanes()
        observer?.settled(scheduler, at: now)
    }

    mutating func openLanes() {
        while let batch = scheduler.assign(now: now) { launch(batch, carried: 0) }
    }
}
