import Mail

@testable import Queue

/// Looks on at a simulation and keeps books of its own: what it sees crossing the scheduler's border, and the rules as
/// they were written. It asks the scheduler nothing but what `explain` says, and then checks that it is true.
final class Onlooker: SimulationObserver {
    enum State: Equatable {
        case queued
        case underWay
        case ended
    }

    struct Tracked {
        var message: UUIDv7
        var tenant: UUIDv7
        var campaign: UUIDv7?
        var destination: Domain
        var recipient: UInt32
        var expiry: MonotonicInstant
        var hasFailed = false
        var state = State.queued
        /// Not before then.
        var due: MonotonicInstant?
        var isCancelled = false
    }

    let world: RandomWorld
    var book: RuleBook
    var tracked: [UInt64: Tracked] = [:]
    /// The keys of those that have not ended, in no order that matters: removed by swapping.
    private(set) var live: [UInt64] = []
    private var places: [UInt64: Int] = [:]
    var problems: [String] = []
    private var random: SplitMix64
    private(set) var accepted = 0
    private(set) var ended: [String: Int] = [:]

    var messageRates: [MeterKey: RateWindow] = [:]
    var connectRates: [MeterKey: RateWindow] = [:]
    /// Batches under way.
    var underWay: [MeterKey: Int] = [:]
    var lanes: Set<LaneKey> = []
    private var carried: [UInt32: Int] = [:]
    private var openAt: [UInt32: String] = [:]
    private var openCount: [String: Int] = [:]
    var holds = HoldList()
    var days: DayBook
    private var verbs: PoolBook
    private var wallOffset = Duration.zero
    /// A rule of shaping has set limits, which are not followed here.
    var hasTemporaryLimits = false
    private(set) var hasReloaded = false
    /// Those whose batch was pulled before the reload.
    private var oldLanes: Set<LaneKey> = []
    /// How many of what is under way was pulled before the reload, which gave it none of the new counters but its site's.
    private(set) var oldUnderWay: [MeterKey: Int] = [:]

    func isFromBeforeReload(_ pull: SimulatedPull) -> Bool {
        oldLanes.contains(LaneKey(site: pull.site, lane: pull.lane))
    }
    var suspensions: Set<Suspension> = []
    /// Sites where no conversation came about of late.
    var failures: [String: Int] = [:]
    var reasons: [String: Int] = [:]

    struct LaneKey: Hashable {
        var site: String
        var lane: Int
    }

    init(_ world: RandomWorld) {
        self.world = world
        book = RuleBook(world.rules)
        days = DayBook(world)
        verbs = PoolBook(world)
        random = SplitMix64(seed: world.seed ^ 0xABCD)
    }

    static func key(_ number: UInt64, _ recipient: UInt32) -> UInt64 { number << 16 | UInt64(recipient) }

    func problem(_ text: @autoclosure () -> String, _ now: MonotonicInstant) {
        guard problems.count < 5 else { return }
        problems.append("at \(Double(now.nanoseconds - 1_000_000_000_000) / 1e9) s: \(text())")
    }

    // MARK: what happens

    func accepted(_ message: MessageFacts, _ deliveries: [PendingDelivery], at now: MonotonicInstant) {
        for delivery in deliveries {
            let key = Self.key(message.number, delivery.recipient)
            if tracked[key] != nil { problem("accepted twice", now) }
            tracked[key] = Tracked(
                message: message.id, tenant: message.tenant, campaign: message.campaign,
                destination: delivery.destination, recipient: delivery.recipient, expiry: message.expiry,
                due: delivery.due)
            places[key] = live.count
            live.append(key)
            accepted += 1
        }
    }

    func pulled(_ pull: SimulatedPull, at now: MonotonicInstant) {
        if let hold = holds.first(covering: pull, world.plan, at: now) { problem("pulled in spite of \(hold)", now) }
        if let text = days.pulled(pull, at: now) { problem(text, now) }
        if !suspensions.isEmpty { problem("pulled while suspended", now) }
        let lane = LaneKey(site: pull.site, lane: pull.lane)
        oldLanes.remove(lane)
        if !lanes.insert(lane).inserted { problem("two batches on one lane", now) }
        for recipient in pull.recipients {
            let key = Self.key(pull.message.number, recipient)
            guard let entry = tracked[key] else {
                problem("pulled what was never accepted", now)
                continue
            }
            if entry.state != .queued { problem("pulled though \(entry.state)", now) }
            if let due = entry.due, due > now { problem("pulled \(due - now) before its time", now) }
            if entry.expiry + .milliseconds(1) <= now { problem("pulled after its end", now) }
            tracked[key]?.state = .underWay
        }
        if let text = verbs.pulled(pull) { problem(text, now) }
        countPull(pull, at: now)
    }

    func connecting(_ pull: SimulatedPull, at now: MonotonicInstant) { countConnect(pull, at: now) }

    func opened(_ pull: SimulatedPull, connection: UInt32, at now: MonotonicInstant) {
        carried[connection] = 0
        openAt[connection] = pull.site
        openCount[pull.site, default: 0] += 1
        let most = laneLimit(pull.site)
        if let count = openCount[pull.site], count > most { problem("\(count) open to \(pull.site), not \(most)", now) }
    }

    func closed(connection: UInt32, at now: MonotonicInstant) {
        if let site = openAt.removeValue(forKey: connection) { openCount[site, default: 0] -= 1 }
    }

    func carries(_ pull: SimulatedPull, connection: UInt32, at now: MonotonicInstant) {
        carried[connection, default: 0] += 1
        for key in RuleBook.keys(of: pull, world.plan) {
            guard let most = book.terms(key).messagesPerConnection else { continue }
            if let count = carried[connection], count > most { problem("\(count) transactions on a connection", now) }
        }
    }

    func landed(
        _ pull: SimulatedPull, _ outcomes: [Outcome], _ dispositions: [Disposition], at now: MonotonicInstant
    ) {
        lanes.remove(LaneKey(site: pull.site, lane: pull.lane))
        let isOld = oldLanes.remove(LaneKey(site: pull.site, lane: pull.lane)) != nil
        for key in RuleBook.keys(of: pull, world.plan) {
            underWay[key, default: 0] -= 1
            if isOld { oldUnderWay[key, default: 0] -= 1 }
        }
        if dispositions.count != pull.recipients.count { problem("dispositions", now) }
        days.landed(pull, outcomes, at: now)
        var hasConversation = false
        for (place, recipient) in pull.recipients.enumerated() {
            let key = Self.key(pull.message.number, recipient)
            if tracked[key]?.state != .underWay { problem("landed though not under way", now) }
            if outcomes[place].reply.map({ $0.code != 421 }) ?? false { hasConversation = true }
            switch dispositions[place] {
            case .finished:
                switch outcomes[place].verdict {
                case .delivered: end(key, "delivered", now)
                case .bounced: end(key, "bounced", now)
                case .deferred: problem("a deferred delivery has finished", now)
                }
            case .givenUp:
                if outcomes[place].verdict == .delivered { problem("given up though delivered", now) }
                end(key, "given up", now)
            case .cancelled:
                if tracked[key]?.isCancelled != true { problem("cancelled by nobody", now) }
                end(key, "cancelled", now)
            case .retry(let time):
                let expiry = tracked[key]?.expiry ?? now
                // One whose life ended on the way expires with the next tick.
                if time < now, expiry > now { problem("a retry in the past", now) }
                if time > expiry + .milliseconds(1), time > now + .milliseconds(1) {
                    problem("a retry after the end", now)
                }
                tracked[key]?.state = .queued
                tracked[key]?.hasFailed = true
                tracked[key]?.due = min(time, expiry)
            }
        }
        failures[pull.site] = hasConversation ? nil : (failures[pull.site] ?? 0) + 1
    }

    func left(_ leaving: [Leaving], _ cause: SimulatedDeparture, at now: MonotonicInstant) {
        for leaving in leaving {
            for delivery in leaving.deliveries {
                let key = Self.key(leaving.message.number, delivery.recipient)
                if tracked[key]?.state != .queued { problem("left though not queued", now) }
                if cause == .expired, let expiry = tracked[key]?.expiry, expiry > now + .milliseconds(1) {
                    problem("expired \(expiry - now) early", now)
                }
                end(key, "\(cause)", now)
            }
        }
    }

    func postponed(_ leaving: Leaving, until time: MonotonicInstant, at now: MonotonicInstant) {
        for delivery in leaving.deliveries {
            let key = Self.key(leaving.message.number, delivery.recipient)
            if tracked[key]?.state != .queued { problem("postponed though not queued", now) }
            let expiry = tracked[key]?.expiry ?? time
            tracked[key]?.hasFailed = true
            tracked[key]?.due = min(time, expiry)
        }
    }

    func removed(_ removed: Removed, at now: MonotonicInstant) {
        for recipient in removed.recipients {
            let key = Self.key(removed.number, recipient)
            if tracked[key]?.state != .queued { problem("removed though not queued", now) }
            end(key, "removed", now)
        }
    }

    func did(_ verb: ScriptedVerb.Action, at now: MonotonicInstant) {
        switch verb {
        case .suspend(let reason): suspensions.insert(reason)
        case .resume(let reason): suspensions.remove(reason)
        case .hold(let scope, let length): holds.add(scope, until: length.map { now + $0 })
        case .release(let scope): holds.remove(scope)
        case .reload:
            book = RuleBook(world.laterRules)
            hasReloaded = true
            oldLanes = lanes
            oldUnderWay = underWay
            messageRates = [:]
            connectRates = [:]
        case .setWall(let distance): wallOffset += distance
        case .flush(let selector):
            for key in matching(selector) where tracked[key]?.hasFailed == true && tracked[key]?.state == .queued {
                if let due = tracked[key]?.due, due > now { tracked[key]?.due = now }
            }
        case .bounce(let selector):
            for key in matching(selector) {
                if tracked[key]?.state == .queued { problem("still queued after a bounce", now) }
                tracked[key]?.isCancelled = true
            }
        case .reroute(let selector, let pool): verbs.reroute(matching(selector).map { $0 >> 16 }, to: pool)
        case .stall, .cancel: break
        }
    }

    private func matching(_ selector: QueueSelector) -> [UInt64] {
        live.filter { key in
            guard let entry = tracked[key] else { return false }
            return (selector.tenant ?? entry.tenant) == entry.tenant
                && (selector.campaign == nil || selector.campaign == entry.campaign)
                && (selector.destination ?? entry.destination) == entry.destination
        }
    }

    func ruled(_ directive: ShapingDirective, at now: MonotonicInstant) {
        switch directive {
        case .hold(let hold):
            // Holds of rules end by the wall clock as it is when they are set.
            holds.add(hold.scope, until: hold.until.map { now + ($0 - wall(now)) })
        case .limit: hasTemporaryLimits = true
        }
    }

    private func wall(_ now: MonotonicInstant) -> WallTime {
        world.plan.start + (now - MonotonicInstant(nanoseconds: 1_000_000_000_000)) + wallOffset
    }

    func cancelling(_ message: UInt64) {
        for recipient in 0..<UInt32(64) {
            let key = Self.key(message, recipient)
            guard tracked[key] != nil else { break }
            tracked[key]?.isCancelled = true
        }
    }

    private func end(_ key: UInt64, _ how: String, _ now: MonotonicInstant) {
        if tracked[key]?.state == .ended { problem("ended twice", now) }
        tracked[key]?.state = .ended
        ended[how, default: 0] += 1
        guard let place = places.removeValue(forKey: key) else { return }
        let last = live.count - 1
        if place != last {
            live[place] = live[last]
            places[live[place]] = place
        }
        live.removeLast()
    }

    // MARK: whenever all that can be done has been done

    func settled(_ scheduler: borrowing Scheduler, at now: MonotonicInstant) {
        if scheduler.counts.deliveries != live.count {
            problem("\(scheduler.counts.deliveries) queued instead of \(live.count)", now)
        }
        if scheduler.counts.lanes != lanes.count { problem("lanes", now) }
        if lanes.count > world.plan.options.lanes { problem("more lanes than allowed", now) }
        guard !live.isEmpty else { return }
        if random.next() % 16 == 0 {
            for key in live { checkEnd(key, now) }
        }
        for _ in 0..<2 where random.next() % 4 == 0 {
            let key = live[Int(random.next() % UInt64(live.count))]
            checkExplanation(key, scheduler, now)
        }
    }

    private func checkEnd(_ key: UInt64, _ now: MonotonicInstant) {
        guard let entry = tracked[key], entry.state == .queued else { return }
        if entry.expiry + .milliseconds(1) <= now { problem("not expired \(now - entry.expiry) after its end", now) }
    }

    /// After the end of a world whose every lifetime is over.
    func finish(at now: MonotonicInstant) {
        if !live.isEmpty { problem("\(live.count) never ended", now) }
        let sum = ended.values.reduce(0, +)
        if sum != accepted { problem("\(accepted) accepted, \(sum) ended", now) }
        if !lanes.isEmpty { problem("lanes are still busy", now) }
    }
}
