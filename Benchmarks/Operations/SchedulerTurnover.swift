import Mail

@testable import Queue

extension Operation {
    /// A delivery admitted, pulled and finished on top of ten thousand others that wait.
    static let schedulerTurnover = Operation("scheduler-turnover", count: 5_000) {
        let turnover = Turnover()
        return { times in
            for _ in 0..<times { try turnover.turn() }
        }
    }
}

private final class Turnover {
    private var scheduler: Scheduler
    private let site: SiteIndex
    private var lanes: [Batch] = []
    private var number = 0
    private let outcomes = [Outcome(.delivered, reply: Reply(code: 250, text: "ok"))]
    private let destination = Domain(canonical: "hot.bench.example")
    private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

    init() {
        var options = SchedulerOptions()
        options.lanes = 100_000
        options.feedback.initial = 20
        scheduler = Scheduler(options: options, cacheBytes: 1 << 20, start: start, seed: 42)
        site = scheduler.site(named: "hot", limits: SiteLimits(connections: 20), now: start)
        for _ in 0..<10_000 {
            let domain = Domain(canonical: "d\(number % 1_000).bench.example")
            // Half of them wait for a retry.
            let due = number % 2 == 0 ? start + .seconds(300 + number % 14_000) : nil
            let site = scheduler.site(named: domain.text, limits: SiteLimits(), now: start)
            scheduler.admit(parcel(to: domain, due: due), to: site, now: start)
        }
        for _ in 0..<200 { scheduler.admit(parcel(to: destination), to: site, now: start) }
        while let batch = scheduler.assign(now: start) {
            if batch.site == site { lanes.append(batch) }
        }
    }

    private func parcel(to domain: Domain, due: MonotonicInstant? = nil) -> Parcel {
        number += 1
        let facts = MessageFacts(
            id: SampleMessage.id(UInt64(number)), number: UInt64(number),
            tenant: UUIDv7(high: 0x7000, low: UInt64(number % 50)),
            stream: number % 3 == 0 ? .transactional : .broadcast,
            isTest: false, size: 1_000, expiry: start + .seconds(432_000))
        return Parcel(
            message: facts, deliveries: [PendingDelivery(recipient: 0, destination: domain, due: due)])
    }

    func turn() throws {
        let now = start + .seconds(2) + .microseconds(number * 20)
        scheduler.admit(parcel(to: destination), to: site, now: now)
        let place = number % lanes.count
        let batch = lanes[place]
        keep(scheduler.contents(of: batch))
        _ = scheduler.finish(batch, outcomes, now: now)
        guard let next = scheduler.next(on: batch.lane, of: site, carried: 1, now: now) else {
            throw Operation.Unexpected("the lane has nothing to carry")
        }
        lanes[place] = next
        if number % 64 == 0 { _ = scheduler.advance(to: now) }
    }
}
