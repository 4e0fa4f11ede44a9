import Loop
import Mail
import Testing

@testable import MTA

@Suite struct IdlePoolTests {
    private static func at(_ seconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: seconds * 1_000_000_000)
    }

    @Test func prefersTheLanesOwnThenTheLatest() {
        var pool = IdlePool<String>()
        for (index, name) in ["a", "b", "c"].enumerated() {
            pool.put(name, site: "s", lane: index, at: Self.at(Int64(index)))
        }
        let taken = [("s", 0), ("s", 0), ("other", 1), ("s", 9), ("s", 1)].map { pool.take(site: $0.0, lane: $0.1) }
        #expect(taken == ["a", "c", nil, "b", nil])
        #expect(pool.isEmpty)
    }

    @Test func expiresTheOldest() {
        var pool = IdlePool<String>()
        pool.put("a", site: "s", lane: 0, at: Self.at(1))
        pool.put("b", site: "t", lane: 0, at: Self.at(2))
        pool.put("c", site: "s", lane: 1, at: Self.at(3))
        #expect(pool.oldest == Self.at(1))
        let expired = pool.removeExpired(before: Self.at(2))
        #expect(expired.flatMap(\.connections).sorted() == ["a", "b"])
        #expect(pool.oldest == Self.at(3))
        #expect(pool.count == 1)
        let rest = pool.removeAll()
        #expect(rest.flatMap(\.connections) == ["c"])
        #expect(pool.oldest == nil)
    }

    @Test func remembersBrokenTLSForAWhile() {
        var memory = BrokenTLS()
        memory.remember(.loopback(port: 25), until: Self.at(10), now: Self.at(0))
        #expect(memory.contains(.loopback(port: 25), at: Self.at(9)))
        #expect(!memory.contains(.loopback(port: 26), at: Self.at(9)))
        #expect(!memory.contains(.loopback(port: 25), at: Self.at(10)))
        for port in 0..<10_000 { memory.remember(.loopback(port: UInt16(port)), until: Self.at(10), now: Self.at(0)) }
        #expect(memory.contains(.loopback(port: 9_999), at: Self.at(1)))
    }
}
