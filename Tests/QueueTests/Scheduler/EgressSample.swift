import Mail
import Testing

@testable import Queue

extension Sample {
    /// Sources `s0`, `s1`, ... in one pool `main` with these weights, and where asked for an overflow pool with one more.
    static func egress(_ weights: [Int], overflow: Bool = false) throws -> EgressTable {
        var sources = weights.indices.map { EgressSource(name: "s\($0)") }
        var pools = [
            SourcePool(
                name: "main", members: weights.enumerated().map { SourcePool.Member(source: $0, weight: $1) },
                overflow: overflow ? "spare" : nil)
        ]
        if overflow {
            sources.append(EgressSource(name: "spare"))
            pools.append(SourcePool(name: "spare", members: [SourcePool.Member(source: weights.count)]))
        }
        return try EgressTable(sources: sources, pools: pools, rules: [PoolRule(pool: "main")])
    }

    static func hold(_ number: Int, _ scope: Hold.Scope) -> Hold {
        Hold(
            id: id(100_000 + number), scope: scope, cause: .operator(by: "test", reason: ""),
            since: WallTime(milliseconds: 0), until: nil)
    }

    static func tenant(_ number: Int) -> UUIDv7 { UUIDv7(high: 0x7000, low: UInt64(number)) }
}

extension Scheduler {
    /// Sends everything that can go at this moment, one batch after another.
    /// - Returns: how many deliveries went from which source.
    mutating func sendAll(now: MonotonicInstant, _ outcome: Outcome = Sample.delivered) -> [String: Int] {
        var sent: [String: Int] = [:]
        var batch = assign(now: now)
        while let current = batch {
            sent[source(of: current)?.name ?? "", default: 0] += current.count
            batch = finishAndGoOn(current, outcome, now: now) ?? assign(now: now)
        }
        return sent
    }

    func reason(_ number: Int, now: MonotonicInstant) -> WaitReason? {
        explain(Sample.id(number), now: now).first?.reason
    }
}
