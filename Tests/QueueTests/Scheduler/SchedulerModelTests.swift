import Mail
import Testing

@testable import Queue

/// Random sequences of everything that can happen, against a model that keeps each delivery's state in a dictionary.
/// What must hold at every step: no delivery is lost, none is in two places, lanes stay within limits, and whatever
/// should have expired has.
@Suite struct SchedulerModelTests {
    @Test(arguments: 0..<40 as Range<UInt64>)
    func agreesWithTheModel(seed: UInt64) {
        var run = ModelRun(seed: seed)
        for _ in 0..<1_500 { run.step() }
        run.drain()
    }
}

private struct ModelRun: ~Copyable {
    enum State: Equatable {
        case unrouted
        case ready
        case carried
        case waiting(until: MonotonicInstant)
    }

    struct Tracked {
        var state: State
        var expiry: MonotonicInstant
        var isCancelled = false
    }

    var random: SplitMix64
    var scheduler: Scheduler
    var now = MonotonicInstant.at(.zero)
    var model: [DeliveryID: Tracked] = [:]
    /// Every delivery ever admitted and how often it has left.
    var left: [DeliveryID: Int] = [:]
    var lanes: [Batch] = []
    var resolving: [UInt32] = []
    var nextMessage = 0
    var isSuspended = false
    let limits = SiteLimits(connections: 3, recipientsPerTransaction: 4)

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        var options = SchedulerOptions()
        options.retry = RetryPolicy(first: .seconds(30), factor: 2, cap: .seconds(300), jitter: 0.3)
        options.siteBackOff = RetryPolicy(first: .seconds(5), factor: 2, cap: .seconds(60), jitter: 0.3)
        options.lanes = 7
        options.batchesPerTurn = 2
        options.siteIdle = .seconds(20)
        options.quantum = 3
        scheduler = Scheduler(options: options, cacheBytes: 1 << 16, start: .at(.zero), seed: seed)
    }

    mutating func chance(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    mutating func step() {
        switch chance(12) {
        case 0, 1, 2: admit()
        case 3: advance(by: .milliseconds(chance(40_000)))
        case 4: advance(by: .milliseconds(chance(50)))
        case 5: resolve()
        case 6, 7: while open() {}
        case 8, 9, 10: finishOne()
        default:
            switch chance(4) {
            case 0:
                if isSuspended { scheduler.resume(.journal) } else { scheduler.suspend(.journal) }
                isSuspended.toggle()
            default: cancel()
            }
        }
        check()
    }

    mutating func admit() {
        let number = nextMessage
        nextMessage += 1
        let expiry = now + .seconds(60 + chance(1_000))
        let message = Sample.message(
            number, tenant: chance(4), stream: chance(3) == 0 ? .broadcast : .transactional, expiry: expiry)
        var parcel = Sample.parcel(message, to: "d\(chance(6)).test", recipients: 1 + chance(6))
        parcel.body = QueuedBody(facts: Sample.facts(recipients: 6), content: Content(original: []), author: nil)
        let isRouted = chance(3) > 0
        let isLater = chance(5) == 0
        for index in parcel.deliveries.indices {
            var state = State.ready
            if !isRouted { state = .unrouted }
            if isLater {
                let due = now + .seconds(1 + chance(2_000))
                parcel.deliveries[index].due = due
                state = .waiting(until: due)
            }
            let id = DeliveryID(message: message.id, recipient: UInt32(index))
            model[id] = Tracked(state: state, expiry: expiry)
            left[id] = 0
        }
        let site = isRouted ? scheduler.site(named: "s\(chance(5))", limits: limits, now: now) : nil
        scheduler.admit(parcel, to: site, now: now)
    }

    mutating func advance(by duration: Duration) {
        now = now + duration
        let expired = scheduler.advance(to: now)
        var reported: Set<DeliveryID> = []
        for leaving in expired {
            for delivery in leaving.deliveries {
                let id = DeliveryID(message: leaving.message.id, recipient: delivery.recipient)
                holds(reported.insert(id).inserted)
            }
        }
        let due = model.filter { $0.value.state != .carried && $0.value.expiry <= now }
        holds(reported == Set(due.keys))
        for id in reported { gone(id) }
        for (id, tracked) in model {
            if case .waiting(let until) = tracked.state, until <= now { model[id]?.state = .unrouted }
        }
    }

    mutating func gone(_ id: DeliveryID) {
        holds(model.removeValue(forKey: id) != nil)
        left[id, default: 0] += 1
        holds(left[id] == 1)
    }

    mutating func resolve() {
        if let (destination, _) = scheduler.nextUnrouted() { resolving.append(destination) }
        guard !resolving.isEmpty, chance(2) == 0 else { return }
        let destination = resolving.remove(at: chance(resolving.count))
        let domain = scheduler.destinations[destination].key.domain
        var waiting: [DeliveryID] = []
        var delivery = scheduler.destinations[destination].unrouted.head
        while delivery != .none {
            let entry = scheduler.deliveries[delivery]
            waiting.append(DeliveryID(message: scheduler.messages[entry.message].id, recipient: entry.recipient))
            delivery = entry.next
        }
        for id in waiting { holds(model[id]?.state == .unrouted) }
        switch chance(6) {
        case 0:
            let leaving = scheduler.takeUnrouted(destination)
            let ids = leaving.flatMap { leaving in
                leaving.deliveries.map { DeliveryID(message: leaving.message.id, recipient: $0.recipient) }
            }
            holds(ids == waiting)
            holds(leaving.allSatisfy { $0.deliveries.allSatisfy { $0.destination == domain } })
            for id in ids { gone(id) }
        case 1:
            let deferred = scheduler.deferUnrouted(destination, reason: .dnsFailure, now: now)
            var ids: [DeliveryID] = []
            for (leaving, retryAt) in deferred {
                holds(retryAt > now)
                for delivery in leaving.deliveries {
                    let id = DeliveryID(message: leaving.message.id, recipient: delivery.recipient)
                    ids.append(id)
                    model[id]?.state = .waiting(until: retryAt)
                }
            }
            holds(ids == waiting)
        default:
            let site = scheduler.site(named: "s\(chance(5))", limits: limits, now: now)
            scheduler.routed(destination, to: site)
            for id in waiting { model[id]?.state = .ready }
        }
    }

    mutating func ids(of batch: Batch) -> [DeliveryID] {
        let message = scheduler.messages[batch.message].id
        return scheduler.recipients(batch).map { DeliveryID(message: message, recipient: $0) }
    }

    mutating func took(_ batch: Batch) {
        holds(!isSuspended)
        holds(batch.count <= limits.recipientsPerTransaction)
        let ids = ids(of: batch)
        holds(ids.count == batch.count)
        for id in ids {
            holds(model[id]?.state == .ready)
            model[id]?.state = .carried
        }
        holds(!lanes.contains { $0.site == batch.site && $0.lane == batch.lane })
        lanes.append(batch)
    }

    mutating func open() -> Bool {
        guard let batch = scheduler.assign(now: now) else { return false }
        took(batch)
        return true
    }

    mutating func finishOne() {
        guard !lanes.isEmpty else { return }
        let batch = lanes.remove(at: chance(lanes.count))
        let ids = ids(of: batch)
        let isRefused = chance(4) == 0
        let outcomes = ids.map { _ in
            isRefused ? Sample.refused : [Sample.delivered, Sample.greylisted, Sample.unknownUser][chance(3)]
        }
        let dispositions = scheduler.finish(batch, outcomes, now: now)
        holds(dispositions.count == ids.count)
        for (place, id) in ids.enumerated() {
            let wasCancelled = model[id]?.isCancelled ?? false
            switch dispositions[place] {
            case .finished:
                holds(outcomes[place] == Sample.delivered || outcomes[place] == Sample.unknownUser)
                gone(id)
            case .givenUp:
                Issue.record("no rules, yet given up")
            case .cancelled:
                holds(wasCancelled)
                gone(id)
            case .retry(let instant):
                holds(!wasCancelled && instant <= max(now, model[id]?.expiry ?? now) + .milliseconds(1))
                model[id]?.state = .waiting(until: instant)
            }
        }
        if let next = scheduler.next(on: batch.lane, of: batch.site, carried: 1 + chance(3), now: now) { took(next) }
    }

    mutating func cancel() {
        guard nextMessage > 0 else { return }
        let message = Sample.id(chance(nextMessage))
        let (leaving, underWay) = scheduler.cancel(message)
        let known = model.filter { $0.key.message == message }
        holds(underWay == known.values.filter { $0.state == .carried }.count)
        let ids = leaving?.deliveries.map { DeliveryID(message: message, recipient: $0.recipient) } ?? []
        holds(Set(ids) == Set(known.filter { $0.value.state != .carried }.keys))
        for id in ids { gone(id) }
        for id in known.keys { model[id]?.isCancelled = true }
    }

    func check() {
        func count(_ isIt: (State) -> Bool) -> Int { model.values.filter { isIt($0.state) }.count }
        holds(scheduler.counts.unrouted == count { $0 == .unrouted })
        holds(scheduler.counts.ready == count { $0 == .ready })
        holds(scheduler.counts.carried == count { $0 == .carried })
        holds(scheduler.counts.deliveries == model.count)
        holds(scheduler.deliveries.count == model.count)
        holds(scheduler.messages.count == Set(model.keys.map(\.message)).count)
        holds(scheduler.counts.lanes == lanes.count && lanes.count <= scheduler.options.lanes)
        for site in scheduler.siteNumbers.numbers {
            let open = lanes.filter { $0.site == site }.count
            holds(scheduler.sites[site].lanes.count == open && open <= limits.connections)
        }
        holds(scheduler.timers.count == model.count - count { $0 == .carried })
    }

    /// Lets everything end: nothing may be left.
    mutating func drain() {
        if isSuspended { scheduler.resume(.journal) }
        isSuspended = false
        for _ in 0..<20_000 where !model.isEmpty {
            resolve()
            _ = open()
            finishOne()
            advance(by: .milliseconds(500))
        }
        check()
        holds(model.isEmpty)
        holds(left.values.allSatisfy { $0 == 1 } && left.count > 0)
        holds(scheduler.bodies.count == 0 && scheduler.bodies.bytes == 0)
        while let lane = lanes.popLast() {
            holds(scheduler.next(on: lane.lane, of: lane.site, carried: 1, now: now) == nil)
        }
    }
}
