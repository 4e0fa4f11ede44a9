import Mail
import Testing

@testable import Queue

/// Verbs in random order against a model, with the queue at work between their steps: what a verb means it changes,
/// once; what it does not mean it leaves alone; nothing is lost.
@Suite struct SchedulerSelectTests {
    @Test(arguments: 0..<300 as Range<UInt64>)
    func agreesWithTheModel(seed: UInt64) {
        var run = SelectRun(seed: seed)
        for _ in 0..<60 { run.step() }
        run.drain()
    }
}

private struct SelectRun: ~Copyable {
    struct Tracked {
        var facts: MessageFacts
        var domain: String
        var isCarried = false
        var isDoomed = false
    }

    var random: SplitMix64
    var scheduler: Scheduler
    var now = MonotonicInstant.at(.zero)
    var model: [DeliveryID: Tracked] = [:]
    var lanes: [Batch] = []
    var next = 0
    var left: [DeliveryID: Int] = [:]
    /// Verbs that others came in between of: what they doomed on the way is only known to be one of these.
    var loud: [(selector: QueueSelector, upTo: UInt64)] = []
    let limits = SiteLimits(connections: 4, recipientsPerTransaction: 3)
    /// A destination's site; the last digit of the domain decides, unless its route has changed.
    var routes = (0..<6).map { "s\($0 % 3)" }

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        var options = SchedulerOptions()
        options.retry = RetryPolicy(first: .seconds(30), factor: 2, cap: .seconds(300), jitter: 0)
        let sources = ["a", "b", "c"].map { EgressSource(name: $0) }
        let pools = ["main", "warm", "cold"].enumerated().map { SourcePool(name: $1, members: [.init(source: $0)]) }
        options.egress =
            (try? EgressTable(
                sources: sources, pools: pools,
                rules: [PoolRule(pool: "main"), PoolRule(stream: .broadcast, pool: "warm")])) ?? .none
        scheduler = Scheduler(options: options, cacheBytes: 1 << 16, start: .at(.zero), seed: seed)
    }

    mutating func chance(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    mutating func step() {
        switch chance(9) {
        case 0, 1, 2: admit()
        case 3: advance(by: .milliseconds(chance(60_000)))
        case 4: resolve()
        case 5: while let batch = scheduler.assign(now: now) { took(batch) }
        case 6: finishOne()
        default: verb()
        }
        check()
    }

    mutating func admit() {
        for _ in 0..<(1 + chance(8)) {
            next += 1
            let facts = MessageFacts(
                id: Sample.id(next), number: UInt64(next), tenant: UUIDv7(high: 0x7000, low: UInt64(chance(3))),
                stream: chance(2) == 0 ? .broadcast : .transactional, isTest: false, size: 100,
                expiry: now + .seconds(100_000), campaign: chance(2) == 0 ? Sample.id(1_000 + chance(3)) : nil,
                pool: chance(6) == 0 ? "cold" : nil)
            var deliveries: [PendingDelivery] = []
            for recipient in 0..<(1 + chance(4)) {
                let domain = "d\(chance(6)).test"
                deliveries.append(PendingDelivery(recipient: UInt32(recipient), destination: Domain(canonical: domain)))
                if chance(6) == 0 { deliveries[recipient].due = now + .seconds(1 + chance(200)) }
                let id = DeliveryID(message: facts.id, recipient: UInt32(recipient))
                model[id] = Tracked(facts: facts, domain: domain)
                left[id] = 0
            }
            scheduler.admit(Parcel(message: facts, deliveries: deliveries), to: nil, now: now)
        }
    }

    mutating func advance(by duration: Duration) {
        now = now + duration
        holds(scheduler.advance(to: now).isEmpty)
    }

    mutating func resolve() {
        if chance(4) == 0 { routes[chance(6)] = "s\(chance(3))" }
        for _ in 0..<(1 + chance(6)) {
            guard let (destination, key) = scheduler.nextUnrouted() else { return }
            let site = routes[Int(key.domain.text.dropFirst().prefix(1)) ?? 0]
            scheduler.routed(destination, to: scheduler.site(named: site, limits: limits, now: now))
        }
    }

    func id(of delivery: UInt32) -> DeliveryID {
        let entry = scheduler.deliveries[delivery]
        return DeliveryID(message: scheduler.messages[entry.message].id, recipient: entry.recipient)
    }

    func find(_ id: DeliveryID) -> UInt32? {
        guard let message = scheduler.find(id.message) else { return nil }
        var delivery = scheduler.messages[message].firstDelivery
        while delivery != .none {
            if scheduler.deliveries[delivery].recipient == id.recipient { return delivery }
            delivery = scheduler.deliveries[delivery].nextSibling
        }
        return nil
    }

    mutating func took(_ batch: Batch) {
        var delivery = batch.first
        while delivery != .none {
            model[id(of: delivery)]?.isCarried = true
            delivery = scheduler.deliveries[delivery].next
        }
        lanes.append(batch)
    }

    mutating func finishOne() {
        guard !lanes.isEmpty else { return }
        let batch = lanes.remove(at: chance(lanes.count))
        var ids: [DeliveryID] = []
        var delivery = batch.first
        while delivery != .none {
            ids.append(id(of: delivery))
            delivery = scheduler.deliveries[delivery].next
        }
        let outcome = chance(2) == 0 ? Sample.delivered : Sample.greylisted
        let doomed = ids.map { id in
            guard let place = find(id) else { return false }
            return scheduler.messages[batch.message].isCancelled || scheduler.isDoomed(place, of: batch)
        }
        for (id, isDoomed) in zip(ids, doomed) {
            if model[id]?.isDoomed ?? true { holds(isDoomed) }
            if isDoomed { holds(mayBeDoomed(id)) }
        }
        let dispositions = scheduler.finish(batch, ids.map { _ in outcome }, now: now)
        for (place, id) in ids.enumerated() {
            switch dispositions[place] {
            case .finished, .givenUp: gone(id)
            case .cancelled:
                holds(doomed[place])
                gone(id)
            case .retry:
                holds(!doomed[place])
                model[id]?.isCarried = false
            }
        }
        if let next = scheduler.next(on: batch.lane, of: batch.site, carried: 1, now: now) { took(next) }
    }

    func mayBeDoomed(_ id: DeliveryID) -> Bool {
        guard let tracked = model[id] else { return false }
        return tracked.isDoomed
            || loud.contains { tracked.facts.number <= $0.upTo && matchesFacts(tracked, $0.selector) }
    }

    func matchesFacts(_ tracked: Tracked, _ selector: QueueSelector) -> Bool {
        let facts = tracked.facts
        return (selector.tenant ?? facts.tenant) == facts.tenant
            && (selector.campaign == nil || selector.campaign == facts.campaign)
            && (selector.stream ?? facts.stream) == facts.stream
            && (selector.message ?? facts.id) == facts.id
            && (selector.destination?.text ?? tracked.domain) == tracked.domain
    }

    mutating func gone(_ id: DeliveryID) {
        holds(model.removeValue(forKey: id) != nil)
        left[id, default: 0] += 1
        holds(left[id] == 1)
    }

    mutating func selector() -> QueueSelector {
        var selector = QueueSelector()
        if chance(8) == 0 { selector.everything = true }
        if chance(3) == 0 { selector.site = "s\(chance(3))" }
        if chance(4) == 0 { selector.destination = Domain(canonical: "d\(chance(6)).test") }
        if chance(3) == 0 { selector.tenant = UUIDv7(high: 0x7000, low: UInt64(chance(3))) }
        if chance(4) == 0 { selector.campaign = Sample.id(1_000 + chance(3)) }
        if chance(4) == 0 { selector.stream = chance(2) == 0 ? .broadcast : .transactional }
        if chance(6) == 0 { selector.pool = ["main", "warm", "cold"][chance(3)] }
        if chance(8) == 0 { selector.message = Sample.id(1 + chance(max(1, next))) }
        if selector.isEmpty { selector.everything = true }
        return selector
    }

    func pool(of id: DeliveryID) -> String? {
        guard let message = scheduler.find(id.message) else { return nil }
        let pool = scheduler.groups[scheduler.messages[message].group].pool
        return pool == .none ? nil : scheduler.egress.pools[Int(pool)].name
    }

    func site(of id: DeliveryID) -> String? {
        guard let delivery = find(id) else { return nil }
        if model[id]?.isCarried ?? false, let batch = lanes.first(where: { contains($0, id) }) {
            return scheduler.records[batch.site].name
        }
        return scheduler.site(of: delivery).map { scheduler.records[$0].name }
    }

    func matches(_ id: DeliveryID, _ selector: QueueSelector) -> Bool {
        guard let tracked = model[id] else { return false }
        return matchesFacts(tracked, selector)
            && (selector.pool == nil || selector.pool == pool(of: id))
            && (selector.site == nil || selector.site == site(of: id))
    }

    mutating func verb() {
        let selector = selector()
        let upTo = UInt64(chance(3) == 0 ? chance(next + 1) : next)
        let matching = model.keys.filter { matches($0, selector) }
        let meant = Set(matching.filter { (model[$0]?.facts.number ?? .max) <= upTo })
        let carried = Set(meant.filter { model[$0]?.isCarried ?? false })
        let isQuiet = chance(2) == 0
        switch chance(4) {
        case 0: flush(selector, upTo, meant.subtracting(carried), isQuiet)
        case 1: reroute(selector, upTo, meant, isQuiet)
        default: remove(selector, upTo, meant.subtracting(carried), carried, isQuiet)
        }
    }

    /// Carries a verb out in small steps, between which others come and go.
    mutating func carryOut(
        _ verb: SelectVerb, _ selector: QueueSelector, _ upTo: UInt64, _ isQuiet: Bool
    )
        -> (result: VerbResult, removed: Set<DeliveryID>)
    {
        var selection = scheduler.select(selector, verb, upTo: upTo, now: now)
        var removed: Set<DeliveryID> = []
        var steps = 0
        while !selection.isDone {
            for part in scheduler.step(&selection, limit: 1 + chance(4)) {
                for recipient in part.recipients {
                    let id = DeliveryID(message: part.id, recipient: recipient)
                    holds(removed.insert(id).inserted)
                    holds(part.number == model[id]?.facts.number && part.tenant == model[id]?.facts.tenant)
                    gone(id)
                }
            }
            steps += 1
            holds(steps < 20_000)
            if steps > 20_000 { break }
            guard !isQuiet, !selection.isDone else { continue }
            switch chance(5) {
            case 0: admit()
            case 1: finishOne()
            case 2: if let batch = scheduler.assign(now: now) { took(batch) }
            case 3: cancel(Sample.id(1 + chance(max(1, next))))
            default: break
            }
        }
        return (selection.result, removed)
    }

    mutating func cancel(_ id: UUIDv7) {
        let (leaving, _) = scheduler.cancel(id)
        for delivery in leaving?.deliveries ?? [] { gone(DeliveryID(message: id, recipient: delivery.recipient)) }
        for key in model.keys where key.message == id { model[key]?.isDoomed = true }
    }

    mutating func remove(
        _ selector: QueueSelector, _ upTo: UInt64, _ meant: Set<DeliveryID>, _ carried: Set<DeliveryID>, _ isQuiet: Bool
    ) {
        let isPartial = selector.site != nil || selector.destination != nil
        // Which pool a message took then is not known any more when it comes back after a re-route.
        let isVague = isPartial && selector.pool != nil
        // Where a verb passes messages, one that comes back before its turn is taken then.
        if !isVague, isQuiet || isPartial { for id in carried { model[id]?.isDoomed = true } }
        if !isQuiet || isVague { loud.append((selector, upTo)) }
        let before = model.count
        let (result, removed) = carryOut(.remove, selector, upTo, isQuiet)
        holds(result.deliveries == removed.count)
        if isQuiet {
            holds(removed == meant)
            holds(result.messages == Set(meant.map(\.message)).count)
            holds(model.count == before - result.deliveries)
            if !isPartial { holds(result.underWay == carried.count) }
        } else {
            // Whatever is left of what was meant is under way, and will not be tried again.
            for id in meant where model[id] != nil { holds(model[id]?.isCarried ?? false) }
        }
        // What is pulled in the same millisecond is taken for under way already.
        advance(by: .milliseconds(1))
    }

    func contains(_ batch: Batch, _ id: DeliveryID) -> Bool {
        var delivery = batch.first
        while delivery != .none {
            if self.id(of: delivery) == id { return true }
            delivery = scheduler.deliveries[delivery].next
        }
        return false
    }

    mutating func flush(_ selector: QueueSelector, _ upTo: UInt64, _ meant: Set<DeliveryID>, _ isQuiet: Bool) {
        let waiting = meant.filter { id in
            guard let place = find(id) else { return false }
            return scheduler.deliveries[place].state == .waiting && scheduler.deliveries[place].attempts > 0
        }
        let all = Set(model.keys)
        let (result, removed) = carryOut(.flush, selector, upTo, isQuiet)
        holds(removed.isEmpty)
        if isQuiet {
            holds(Set(model.keys) == all)
            holds(result.deliveries == waiting.count)
            holds(result.messages == Set(waiting.map(\.message)).count)
        }
        for id in waiting {
            guard let place = find(id) else { continue }
            holds(!isQuiet || scheduler.deliveries[place].state == .unrouted)
        }
    }

    mutating func reroute(_ selector: QueueSelector, _ upTo: UInt64, _ meant: Set<DeliveryID>, _ isQuiet: Bool) {
        let target: String? = [nil, "main", "warm", "cold"][chance(4)]
        let all = Set(model.keys)
        var pools: [UUIDv7: String?] = [:]
        for id in all { pools[id.message] = pool(of: id) }
        // Found by lists, what is under way is not come by.
        let isByList = selector.message == nil && (selector.site != nil || selector.destination != nil)
        let (_, removed) = carryOut(.reroute(target), selector, upTo, isQuiet)
        holds(removed.isEmpty)
        guard isQuiet else { return }
        holds(Set(model.keys) == all)
        let moved = Set(meant.filter { !isByList || !(model[$0]?.isCarried ?? false) }.map(\.message))
        for id in all {
            if moved.contains(id.message) {
                let facts = model[id]?.facts
                let wanted = target ?? (facts?.stream == .broadcast ? "warm" : "main")
                holds(pool(of: id) == wanted)
            } else if !Set(meant.map(\.message)).contains(id.message) {
                holds(pool(of: id) == pools[id.message] ?? nil)
            }
        }
    }

    func check() {
        holds(scheduler.counts.deliveries == model.count)
        holds(scheduler.deliveries.count == model.count)
        holds(scheduler.messages.count == Set(model.keys.map(\.message)).count)
        var grouped = 0
        var messages = 0
        for group in scheduler.groupNumbers.values {
            var message = scheduler.groups[group].head
            var own = 0
            while message != .none {
                own += Int(scheduler.messages[message].pending)
                messages += 1
                message = scheduler.messages[message].nextInGroup
            }
            holds(own == Int(scheduler.groups[group].deliveries))
            grouped += own
        }
        holds(grouped == model.count && messages == scheduler.messages.count)
        var ready = 0
        for site in scheduler.siteNumbers.numbers {
            var flow = scheduler.sites[site].firstFlow
            var own = 0
            while flow != .none {
                own += scheduler.flows[flow].list.count
                flow = scheduler.flows[flow].nextOfSite
            }
            holds(own == Int(scheduler.sites[site].ready))
            ready += own
        }
        holds(ready == scheduler.counts.ready)
        holds(scheduler.timers.count == model.count - scheduler.counts.carried)
    }

    mutating func drain() {
        for _ in 0..<20_000 where !model.isEmpty {
            resolve()
            while let batch = scheduler.assign(now: now) { took(batch) }
            while !lanes.isEmpty { finishOne() }
            advance(by: .seconds(5))
        }
        check()
        holds(model.isEmpty)
        holds(left.values.allSatisfy { $0 == 1 })
    }
}
