import Mail
import Synchronization

@testable import Queue

/// Caps by day, in memory; a day of its own length.
final class FakeDailyLedger: DailyLedger {
    private struct Counter {
        var key: DailyKey
        var cap: Int
        var day: Int64 = 0
        var taken = 0
        var delivered = 0
        var failed = 0
        var untried = 0
        /// The most that were ever counted on one day.
        var most = 0
    }

    private let counters: Mutex<[Counter]>
    let day: Duration

    init(_ caps: [DailyKey: Int], day: Duration = .seconds(3_600)) {
        counters = Mutex(caps.map { Counter(key: $0.key, cap: $0.value) })
        self.day = day
    }

    func counter(for key: DailyKey) -> UInt32? {
        counters.withLock { $0.firstIndex { $0.key == key }.map(UInt32.init) }
    }

    private func turn(_ counter: inout Counter, at now: MonotonicInstant) {
        let today = now.nanoseconds / day.wholeNanoseconds
        if counter.day != today { (counter.day, counter.taken) = (today, 0) }
    }

    private func refusal(_ counter: Counter) -> DailyRefusal {
        DailyRefusal(
            cause: .quota(rule: "fake", key: counter.key, cap: counter.cap, sent: counter.taken),
            earliest: MonotonicInstant(nanoseconds: (counter.day + 1) * day.wholeNanoseconds))
    }

    func take(_ count: Int, of counter: UInt32, at now: MonotonicInstant) -> Result<Int, DailyRefusal> {
        counters.withLock { counters in
            turn(&counters[Int(counter)], at: now)
            let left = counters[Int(counter)].cap - counters[Int(counter)].taken
            guard left > 0 else { return .failure(refusal(counters[Int(counter)])) }
            let granted = min(left, count)
            counters[Int(counter)].taken += granted
            counters[Int(counter)].most = max(counters[Int(counter)].most, counters[Int(counter)].taken)
            return .success(granted)
        }
    }

    func settle(_ counter: UInt32, delivered: Int, failed: Int, untried: Int, at now: MonotonicInstant) {
        counters.withLock { counters in
            let before = counters[Int(counter)].day
            turn(&counters[Int(counter)], at: now)
            counters[Int(counter)].delivered += delivered
            counters[Int(counter)].failed += failed
            counters[Int(counter)].untried += untried
            if counters[Int(counter)].day == before {
                counters[Int(counter)].taken = max(0, counters[Int(counter)].taken - untried)
            }
        }
    }

    func refusal(of counter: UInt32, at now: MonotonicInstant) -> DailyRefusal? {
        counters.withLock { counters in
            turn(&counters[Int(counter)], at: now)
            return counters[Int(counter)].taken < counters[Int(counter)].cap ? nil : refusal(counters[Int(counter)])
        }
    }

    /// What has been settled, by key.
    func settled(_ key: DailyKey) -> (delivered: Int, failed: Int, untried: Int, taken: Int, most: Int) {
        counters.withLock { counters in
            guard let counter = counters.first(where: { $0.key == key }) else { return (0, 0, 0, 0, 0) }
            return (counter.delivered, counter.failed, counter.untried, counter.taken, counter.most)
        }
    }
}
