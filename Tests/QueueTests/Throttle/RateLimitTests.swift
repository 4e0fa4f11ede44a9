import Mail
import Testing

@testable import Queue

@Suite struct RateLimitTests {
    @Test func roundsAgainstTheSender() throws {
        let thirds = try #require(RateLimit(count: 3, per: .seconds(1), burst: 1))
        #expect(thirds.interval == 333_333_334)
        #expect(try #require(RateLimit(count: 100, per: .seconds(60))).interval == 600_000_000)
        #expect(try #require(RateLimit(count: 2_000_000_000, per: .seconds(1))).interval == 1)
    }

    @Test func burstsATenthOfASecondUnlessToldOtherwise() throws {
        #expect(try #require(RateLimit(count: 10_000, per: .seconds(1))).burst == 1_000)
        #expect(try #require(RateLimit(count: 1, per: .seconds(1))).burst == 1)
        #expect(try #require(RateLimit(count: 1, per: .seconds(1), burst: 7)).burst == 7)
    }

    @Test(arguments: [
        (0, Duration.seconds(1), 1), (-1, .seconds(1), 1), (1, .zero, 1), (1, .seconds(-1), 1), (1, .seconds(1), 0),
        (1, .seconds(1), -5), (1, .seconds(367 * 86_400), 1), (1, .seconds(Int64.max), 1),
        (1, .seconds(366 * 86_400), 11), (.max, .seconds(1), .max),
    ])
    func refusesWhatLimitsNothingOrCannotBeCounted(_ count: Int, _ period: Duration, _ burst: Int) {
        #expect(RateLimit(count: count, per: period, burst: burst) == nil)
    }

    @Test func spendsTheBurstAndThenTheRate() throws {
        let rate = try #require(RateLimit(count: 10, per: .seconds(1), burst: 3))
        var bucket = CreditBucket()
        let start: Int64 = 5_000_000_000
        #expect(bucket.available(rate, at: start) == 3)
        bucket.spend(3, rate, at: start)
        #expect(bucket.available(rate, at: start) == 0)
        #expect(bucket.earliest(for: 1, rate, from: start) == start + 100_000_000)
        #expect(bucket.earliest(for: 3, rate, from: start) == start + 300_000_000)
        #expect(bucket.earliest(for: 4, rate, from: start) == nil)
        #expect(bucket.available(rate, at: start + 99_999_999) == 0)
        #expect(bucket.available(rate, at: start + 100_000_000) == 1)
        #expect(!bucket.isFull(at: start + 299_999_999))
        #expect(bucket.isFull(at: start + 300_000_000))
    }

    @Test func aReloadNeitherRefillsNorStalls() throws {
        let slow = try #require(RateLimit(count: 1, per: .seconds(3600), burst: 10))
        let fast = try #require(RateLimit(count: 10, per: .seconds(1), burst: 2))
        var bucket = CreditBucket()
        bucket.spend(10, slow, at: 0)
        bucket.adapt(to: fast, at: 0)
        #expect(bucket.available(fast, at: 0) == 0)
        #expect(bucket.earliest(for: 1, fast, from: 0) == 100_000_000)
        var spent = CreditBucket()
        spent.spend(2, fast, at: 0)
        spent.adapt(to: slow, at: 0)
        #expect(spent.available(slow, at: 0) == 9)
    }
}
