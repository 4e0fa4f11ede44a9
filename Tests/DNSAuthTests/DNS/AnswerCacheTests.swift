import Mail
import Testing

@testable import DNSAuth

@Suite struct AnswerCacheTests {
    private func at(_ seconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: seconds * 1_000_000_000) }
    private func question(_ n: Int) throws -> Question { try Question("n\(n).example", .mx) }
    private let answer = CachedAnswer.mx(Answer(status: .noData, canonicalName: "x", ttl: 0))

    private func ttl(_ answer: CachedAnswer?) -> UInt32? { try? answer?.mx().ttl }

    @Test func theTTLRunsDown() throws {
        var cache = AnswerCache(capacity: 4)
        cache.keep(answer, for: try question(1), ttl: 10, at: at(100))
        #expect(ttl(cache.answer(to: try question(1), at: at(100))) == 10)
        #expect(ttl(cache.answer(to: try question(1), at: at(107))) == 3)
        #expect(cache.answer(to: try question(1), at: at(110)) == nil)
        #expect(cache.answer(to: try question(2), at: at(100)) == nil)
    }

    @Test func zeroIsNotKept() throws {
        var cache = AnswerCache(capacity: 4)
        cache.keep(answer, for: try question(1), ttl: 0, at: at(0))
        #expect(cache.count == 0)
    }

    @Test func theBoundHoldsAndWhatIsUsedStays() throws {
        var cache = AnswerCache(capacity: 100)
        for n in 0..<10_000 {
            cache.keep(answer, for: try question(n), ttl: 1_000, at: at(0))
            #expect(cache.answer(to: try question(0), at: at(0)) != nil, "used each time")
            #expect(cache.count <= 100)
        }
        #expect(cache.answer(to: try question(9_999), at: at(0)) != nil)
        #expect(cache.answer(to: try question(5_000), at: at(0)) == nil)
    }

    @Test func expiredAnswersGoFirst() throws {
        var cache = AnswerCache(capacity: 2)
        cache.keep(answer, for: try question(1), ttl: 1_000, at: at(0))
        cache.keep(answer, for: try question(2), ttl: 1, at: at(0))
        _ = cache.answer(to: try question(1), at: at(0))
        _ = cache.answer(to: try question(2), at: at(0))
        cache.keep(answer, for: try question(3), ttl: 1_000, at: at(5))
        #expect(cache.answer(to: try question(1), at: at(5)) != nil)
        #expect(cache.answer(to: try question(3), at: at(5)) != nil)
    }

    @Test func bounds() {
        var options = ResolverOptions()
        options.minimumTTL = 5
        options.maximumTTL = 100
        options.negativeTTLCap = 50
        let bounds = TTLBounds(options)
        #expect([0, 5, 60, 1_000].map(bounds.positive) == [5, 5, 60, 100])
        #expect([0, 5, 60].map(bounds.negative) == [0, 5, 50])
    }
}
