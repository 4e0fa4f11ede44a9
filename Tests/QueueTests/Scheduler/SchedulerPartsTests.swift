import Mail
import Testing

@testable import Queue

@Suite struct NumberIndexTests {
    /// - Parameter hash: of a key; few values, so that many share a home.
    private func agree(seed: UInt64, hash: (UInt64) -> Int) {
        var random = SplitMix64(seed: seed)
        var index = NumberIndex()
        var keys: [UInt64] = []
        var known: [UInt64: UInt32] = [:]
        for step in 0..<20_000 {
            // Few keys, so that they come again.
            let key = random.next() % 200 << 32 | random.next() % 20
            let found = index.find(hash: hash(key)) { keys[Int($0)] == key }
            holds(found == known[key])
            if let number = known[key] {
                guard step % 2 == 0 else { continue }
                index.remove(number) { hash(keys[Int($0)]) }
                known[key] = nil
            } else {
                // One that is not in it.
                keys.append(key)
                index.remove(UInt32(keys.count - 1)) { hash(keys[Int($0)]) }
                index.insert(UInt32(keys.count - 1)) { hash(keys[Int($0)]) }
                known[key] = UInt32(keys.count - 1)
            }
            holds(index.count == known.count && index.isEmpty == known.isEmpty)
        }
        for (key, number) in known { holds(index.find(hash: hash(key)) { keys[Int($0)] == key } == number) }
        holds(index.numbers.sorted() == known.values.sorted())
    }

    @Test(arguments: 0..<5 as Range<UInt64>)
    func agreesWithADictionary(seed: UInt64) {
        agree(seed: seed) { Int(truncatingIfNeeded: $0) }
        agree(seed: seed) { $0.hashValue }
        agree(seed: seed) { Int($0 % 7) }
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
