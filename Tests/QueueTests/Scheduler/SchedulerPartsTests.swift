import Mail
import Testing

@testable import Queue

@Suite struct IdentityIndexTests {
    @Test(arguments: 0..<5 as Range<UInt64>)
    func agreesWithADictionary(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var index = IdentityIndex()
        var ids: [UInt32: UUIDv7] = [:]
        var next: UInt32 = 0
        for _ in 0..<5_000 {
            if Int.random(in: 0..<5, using: &random) < 3 || ids.isEmpty {
                // Some collide in all but a few bits.
                let id = UUIDv7(high: UInt64(next) & 3, low: random.next() & 0xFFFF | UInt64(next) << 16)
                ids[next] = id
                index.insert(next) { ids[$0] ?? id }
                next += 1
            } else if let (entry, id) = ids.randomElement(using: &random) {
                index.remove(id) { ids[$0] ?? id }
                ids[entry] = nil
                holds(index.find(id) { ids[$0] ?? id } == nil)
            }
            holds(index.count == ids.count)
        }
        for (entry, id) in ids { holds(index.find(id) { ids[$0] ?? id } == entry) }
    }
}

@Suite struct LaneSetTests {
    @Test func givesTheLowestFreeNumber() {
        var lanes = LaneSet()
        holds((0..<130).map { _ in lanes.open() } == Array(0..<130))
        lanes.close(70)
        lanes.close(3)
        holds(lanes.open() == 3)
        holds(lanes.open() == 70)
        holds(lanes.open() == 130)
        holds(lanes.count == 131)
    }
}

@Suite struct RetryPolicyTests {
    @Test(arguments: zip(1...10, [5, 10, 20, 40, 80, 160, 240, 240, 240, 240]))
    func doublesFromFiveMinutesToFourHours(failures: Int, minutes: Int) {
        var random = SplitMix64(seed: 1)
        var policy = RetryPolicy()
        policy.jitter = 0
        holds(policy.delay(after: failures, using: &random) == .seconds(minutes * 60))
    }

    @Test func jitterSpreadsWithoutGoingBelowTheStepOrAboveTheCap() {
        var random = SplitMix64(seed: 2)
        let policy = RetryPolicy()
        var seen: Set<Duration> = []
        for failures in 1...12 {
            for _ in 0..<200 {
                let delay = policy.delay(after: failures, using: &random)
                seen.insert(delay)
                holds(delay <= policy.cap)
                let plain = min(Duration.seconds(300 * (1 << (failures - 1))), policy.cap)
                holds(delay >= (plain == policy.cap ? plain * 0.9 : plain))
            }
        }
        holds(seen.count > 2_000)
    }

    @Test func isTheSameForTheSameSeed() {
        var one = SplitMix64(seed: 3)
        var other = SplitMix64(seed: 3)
        let policy = RetryPolicy()
        for failures in 1...20 {
            holds(policy.delay(after: failures, using: &one) == policy.delay(after: failures, using: &other))
        }
    }

    @Test func survivesSillySettings() {
        var random = SplitMix64(seed: 4)
        let silly = [
            RetryPolicy(first: .zero, factor: 2, cap: .zero, jitter: 0),
            RetryPolicy(first: .seconds(1), factor: 0, cap: .seconds(5), jitter: 9),
            RetryPolicy(first: .seconds(-1), factor: 2, cap: .seconds(-5), jitter: -1),
        ]
        for policy in silly {
            for failures in [0, 1, 100_000] { holds(policy.delay(after: failures, using: &random) >= .zero) }
        }
    }
}

@Suite struct BodyCacheTests {
    private func body(_ size: Int) -> QueuedBody {
        QueuedBody(
            facts: Sample.facts(recipients: 0), content: Content(original: [UInt8](repeating: 65, count: size)),
            author: nil)
    }

    @Test func dropsWhatWaitsLongestAndNeverWhatIsReady() {
        var cache = BodyCache(capacity: 10 * (1_024 + 1_000))
        var dropped: [UInt32] = []
        let places = (0..<10).map { number in cache.insert(body(1_000), message: UInt32(number)) { dropped.append($0) }
        }
        holds(!places.contains(.none))
        cache.rest(places[4])
        cache.rest(places[2])
        holds(cache.insert(body(1_000), message: 10) { dropped.append($0) } != .none)
        holds(dropped == [4])
        holds(cache.insert(body(1_000), message: 11) { dropped.append($0) } != .none)
        holds(dropped == [4, 2])
        // Only ready ones are left: the newcomer goes to disk alone.
        holds(cache.insert(body(1_000), message: 12) { dropped.append($0) } == .none)
        holds(dropped == [4, 2] && cache.count == 10 && cache.bytes <= cache.capacity)
        cache.rest(places[0])
        cache.wake(places[0])
        holds(cache.insert(body(1_000), message: 13) { dropped.append($0) } == .none)
        cache.remove(places[0])
        holds(cache.insert(body(1_000), message: 14) { dropped.append($0) } != .none)
    }
}
