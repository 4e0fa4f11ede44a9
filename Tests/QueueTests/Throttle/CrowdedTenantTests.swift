import Mail
import Testing

@testable import Queue

/// A tenant at its limit of transactions with mail for very many sites.
@Suite struct CrowdedTenantTests {
    /// Counts how often somebody asks.
    private final class CountingLedger: CreditLedger {
        private let meters: SharedMeters
        nonisolated(unsafe) var asked = 0

        init(_ table: ThrottleTable) { meters = SharedMeters(table) }

        func number(of key: MeterKey) -> UInt32? { meters.number(of: key) }
        func release(_ number: UInt32) { meters.release(number) }
        func begin(
            _ count: Int, of numbers: MeterNumbers, at now: MonotonicInstant
        ) -> Result<Int, ThrottleRefusalError> {
            unsafe asked += 1
            return meters.begin(count, of: numbers, at: now)
        }
        func end(of numbers: MeterNumbers) { meters.end(of: numbers) }
        func connect(_ numbers: MeterNumbers, at now: MonotonicInstant) -> ThrottleRefusal? {
            meters.connect(numbers, at: now)
        }
        func refusal(of numbers: MeterNumbers, at now: MonotonicInstant) -> ThrottleRefusal? {
            meters.refusal(of: numbers, at: now)
        }
        func lease(
            _ count: Int, of key: MeterKey, for term: Duration, at now: MonotonicInstant
        ) -> CreditLease? { meters.lease(count, of: key, for: term, at: now) }
    }

    /// Each place that becomes free wakes a few of those that wait for one, and not all of them.
    @Test(arguments: [500, 2_000]) func askingCostsTheSameHoweverManyWait(sites: Int) throws {
        let table = try ThrottleTable([
            ThrottleRule("two", .tenant(.any), ThrottleLimits(connections: 2))
        ])
        let ledger = CountingLedger(table)
        var options = SchedulerOptions()
        options.throttles = table
        var scheduler = Scheduler(options: options, cacheBytes: 1 << 20, start: .at(.zero), seed: 1, ledger: ledger)
        for number in 0..<sites {
            scheduler.takeIn(
                Sample.parcel(Sample.message(number, tenant: 1), to: "d\(number).test"), site: "s\(number)",
                now: .at(.zero))
        }
        var sent = 0
        var underWay: [Batch] = []
        var now = Duration.zero
        while sent < sites, now < .seconds(36_000) {
            while let batch = scheduler.assign(now: .at(now)) { underWay.append(batch) }
            holds(underWay.count <= 2)
            now += .milliseconds(1)
            _ = scheduler.advance(to: .at(now))
            guard !underWay.isEmpty else { continue }
            let batch = underWay.removeFirst()
            if let next = scheduler.finishAndGoOn(batch, Sample.delivered, now: .at(now)) { underWay.append(next) }
            sent += 1
        }
        #expect(sent == sites)
        #expect(unsafe ledger.asked < sites * 60, "\(unsafe ledger.asked)")
    }
}
