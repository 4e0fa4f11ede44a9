import Foundation
import Mail
import Testing

@testable import Queue

/// Figures, not verdicts: `MARTLET_FIGURES=1 swift test -c release -Xswiftc -enable-testing --filter SchedulerCost`.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["MARTLET_FIGURES"] != nil))
struct SchedulerCostTests {
    /// Of this thread's processor time: others may be using the machine.
    private static func seconds(_ body: () -> Void) -> Double {
        func now() -> Double {
            var time = timespec()
            unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let start = now()
        body()
        return now() - start
    }

    private static func say(_ text: String) { print("figure scheduler: \(text)") }

    /// Admit, pull, finish, one delivery at a time, on top of a queue of the given size.
    @Test(arguments: [1_000_000, 1_000, 10_000, 100_000])
    func aDeliveryOnTopOfABacklog(queued: Int) {
        var scheduler = Sample.scheduler {
            $0.lanes = 1_000_000
            $0.feedback.initial = 20
        }
        let before = ResourceProbe.linux.residentBytes() ?? 0
        let sites = min(queued, 100_000)
        let filling = Self.seconds {
            for number in 0..<queued {
                let domain = "domain-\(number % sites).example"
                var parcel = Sample.parcel(
                    Sample.message(
                        number, tenant: number % 50, stream: number % 3 == 0 ? .transactional : .broadcast,
                        expiry: .at(.milliseconds(432_000_000 + number / 2))), to: domain)
                // Half of them wait for a retry.
                if number % 2 == 0 { parcel.deliveries[0].due = .at(.milliseconds(300_000 + number % 14_000_000)) }
                parcel.deliveries[0].attempts = 1 - number % 2
                scheduler.takeIn(parcel, site: domain, now: .at(.milliseconds(number / 1_000)))
            }
        }
        let resident = (ResourceProbe.linux.residentBytes() ?? 0) - before
        #expect(scheduler.counts.deliveries == queued)
        if queued >= 1_000_000 { #expect(resident / queued <= 300) }

        let rounds = 300_000
        var now = MonotonicInstant.at(.seconds(2))
        let site = scheduler.site(named: "hot.example", limits: SiteLimits(connections: 20), now: now)
        for number in 0..<5_000 {
            scheduler.admit(Sample.parcel(Sample.message(queued + number), to: "hot.example"), to: site, now: now)
        }
        var lanes: [Batch] = []
        while let batch = scheduler.assign(now: now) { lanes.append(batch) }
        lanes = lanes.filter { batch in
            if batch.site == site { return true }
            return false
        }
        #expect(lanes.count == 20)
        let outcomes = [Sample.delivered]
        let spent = Self.seconds {
            for round in 0..<rounds {
                now = .at(.microseconds(2_000_000 + round * 20))
                scheduler.admit(
                    Sample.parcel(Sample.message(queued + 5_000 + round, tenant: round % 50), to: "hot.example"),
                    to: site, now: now)
                let place = round % lanes.count
                let batch = lanes[place]
                _ = scheduler.contents(of: batch)
                _ = scheduler.finish(batch, outcomes, now: now)
                if let next = scheduler.next(on: batch.lane, of: site, carried: 1, now: now) { lanes[place] = next }
                if round % 64 == 0 { _ = scheduler.advance(to: now) }
            }
        }
        Self.say(
            "\(queued) queued: \(filling / Double(queued) * 1e6) µs to admit, \(spent / Double(rounds) * 1e6) µs per "
                + "delivery (admit, pull, finish), \(resident / queued) bytes resident per delivery")
    }

    @Test func structures() {
        Self.say(
            "delivery \(MemoryLayout<DeliveryEntry>.stride), message \(MemoryLayout<MessageEntry>.stride), site "
                + "\(MemoryLayout<Site>.stride), flow \(MemoryLayout<Flow>.stride) bytes")
        #expect(MemoryLayout<DeliveryEntry>.stride <= 36 && MemoryLayout<MessageEntry>.stride <= 64)
    }
}
