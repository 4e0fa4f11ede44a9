import Mail
import Testing

@testable import DNSAuth

@Suite struct ServerHealthTests {
    private func at(_ seconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: seconds * 1_000_000_000) }

    @Test func aServerThatFailsGoesBehindTheOthersForAWhile() {
        var health = ServerHealth(count: 3, penalty: .seconds(1), maximum: .seconds(60))
        #expect(health.order(at: at(0)) == [0, 1, 2])
        health.failed(0, at: at(0))
        #expect(health.order(at: at(0)) == [1, 2, 0])
        #expect(health.order(at: at(1)) == [0, 1, 2])
    }

    @Test func penaltiesDoubleUpToTheMaximum() {
        var health = ServerHealth(count: 2, penalty: .seconds(1), maximum: .seconds(60))
        var now: Int64 = 0
        for length in [1, 2, 4, 8, 16, 32, 60, 60] as [Int64] {
            health.failed(0, at: at(now))
            #expect(health.order(at: at(now + length - 1)) == [1, 0])
            #expect(health.order(at: at(now + length)) == [0, 1])
            now += length
        }
        health.answered(0)
        health.failed(0, at: at(now))
        #expect(health.order(at: at(now + 1)) == [0, 1], "an answer wipes the slate clean")
    }

    @Test func amongSuspectsTheOneThatIsDueFirstIsAskedFirst() {
        var health = ServerHealth(count: 2, penalty: .seconds(1), maximum: .seconds(60))
        for _ in 0..<3 { health.failed(0, at: at(0)) }
        health.failed(1, at: at(0))
        #expect(health.order(at: at(0)) == [1, 0])
    }

    @Test func noNumberOfFailuresOverflows() {
        var health = ServerHealth(count: 1, penalty: .seconds(1), maximum: .seconds(60))
        for _ in 0..<100_000 { health.failed(0, at: at(0)) }
        #expect(health.order(at: at(60)) == [0])
    }
}
