import Foundation
import Mail
import Testing

@testable import Queue

/// Random worlds, each from a seed, with somebody who looks on (`Onlooker`) and knows what must never happen.
///
/// `MARTLET_SEED=n` runs the one world; `MARTLET_SEEDS=10000` so many, from 0:
/// `MARTLET_SEEDS=10000 swift test -c release -Xswiftc -enable-testing --filter SimulatedSeeds`.
@Suite struct SimulatedSeedsTests {
    private static func figure(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    @Test func noInvariantIsEverBroken() {
        let only = Self.figure("MARTLET_SEED")
        let first = only ?? 0
        let count = only == nil ? Self.figure("MARTLET_SEEDS") ?? 200 : 1
        var broken: [UInt64] = []
        var sum = RunSummary()
        for seed in first..<(first + count) {
            let run = SeededRun(seed: seed)
            sum.add(run)
            if Self.figure("MARTLET_DIGESTS") != nil { print("seed \(seed): \(run.digest)") }
            guard !run.problems.isEmpty else { continue }
            broken.append(seed)
            if broken.count <= 5 {
                print("MARTLET_SEED=\(seed) breaks:")
                for problem in run.problems { print("  \(problem)") }
            }
        }
        print("simulated seeds: \(sum.text)")
        #expect(broken.isEmpty, "seeds that break an invariant: \(broken.prefix(50))")
        #expect(sum.accepted > 0 && sum.steps > 0)
    }

    /// The same seed gives the same course, to the last event.
    @Test func aSeedReproducesItselfExactly() {
        for seed in UInt64(0)..<5 {
            let first = SeededRun(seed: seed)
            let second = SeededRun(seed: seed)
            #expect(first.digest == second.digest && first.steps == second.steps)
        }
    }
}

/// One world, from beginning to end.
struct SeededRun {
    private(set) var problems: [String]
    private(set) var steps = 0
    private(set) var accepted = 0
    private(set) var ended: [String: Int] = [:]
    private(set) var reasons: [String: Int] = [:]
    /// Of everything that was counted, day by day.
    private(set) var digest = 0
    private static let most = 2_000_000

    init(seed: UInt64) {
        let world = RandomWorld(seed: seed)
        let onlooker = Onlooker(world)
        var simulation = Simulation(world.plan, seed: seed, observer: onlooker)
        simulation.lateness = world.lateness
        simulation.outstanding.remembersIdentities = true
        simulation.begin()
        var hasher = StableDigest()
        while simulation.step() {
            steps += 1
            hasher.add(UInt64(bitPattern: simulation.now.nanoseconds))
            if steps == Self.most || !onlooker.problems.isEmpty { break }
        }
        if steps == Self.most { onlooker.problem("does not come to an end", simulation.now) }
        if onlooker.problems.isEmpty { onlooker.finish(at: simulation.now) }
        digest = Int(truncatingIfNeeded: hasher.value)
        problems = onlooker.problems
        accepted = onlooker.accepted
        ended = onlooker.ended
        reasons = onlooker.reasons
    }
}

struct StableDigest {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ word: UInt64) { value = (value ^ word) &* 0x100_0000_01B3 }
}

struct RunSummary {
    private(set) var seeds = 0
    private var digest = StableDigest()
    private(set) var steps = 0
    private(set) var accepted = 0
    private var ended: [String: Int] = [:]
    private var reasons: [String: Int] = [:]

    mutating func add(_ run: SeededRun) {
        seeds += 1
        steps += run.steps
        digest.add(UInt64(truncatingIfNeeded: run.digest))
        accepted += run.accepted
        ended.merge(run.ended, uniquingKeysWith: +)
        reasons.merge(run.reasons, uniquingKeysWith: +)
    }

    var text: String {
        func list(_ counts: [String: Int]) -> String {
            counts.keys.sorted().map { "\($0) \(counts[$0] ?? 0)" }.joined(separator: ", ")
        }
        return "\(seeds) worlds, \(accepted) deliveries (\(list(ended))), \(steps) steps, digest "
            + "\(digest.value); reasons seen: \(list(reasons))"
    }
}
