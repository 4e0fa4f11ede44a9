import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// Random histories of a domain, its DNS, its web server, the clock and restarts, against the rule of RFC 8461 §5.1:
/// until its `max_age` has passed a policy that was served holds, unless another one was served.
@Suite(.timeLimit(.minutes(2))) struct MTASTSDowngradeTests {
    @Test(arguments: 0..<40) func noHistoryEndsAPolicyBeforeItsTime(seed: UInt64) async throws {
        let rig = CacheRig()
        let outcomes = try await rig.loop.run { _ in try await Self.history(rig, seed) }
        #expect(outcomes.isSuperset(of: ["enforce", "absent"]), "the history meets policies and their absence")
    }

    /// - Returns: the kinds of answers met.
    private static func history(_ rig: CacheRig, _ seed: UInt64) async throws -> Set<String> {
        var random = SeededGenerator(seed: seed)
        var cache = rig.cache
        var met: Set<String> = []
        for step in 0..<400 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0, 1:
                let mode = ["enforce", "testing", "none", "enforce"][Int.random(in: 0..<4, using: &random)]
                let age = [60, 3_600, 400_000][Int.random(in: 0..<3, using: &random)]
                rig.world.publish("a.example", id: "v\(step)", mode: mode, mx: "v\(step).example", maxAge: age)
            case 2: rig.world.change { $0.isDNSDown.toggle() }
            case 3: rig.world.change { $0.failure = $0.failure == nil ? .timedOut : nil }
            case 4: rig.world.change { $0.records = [:] }
            case 5:
                let pause = [1, 30, 299, 301, 4_000, 90_000][Int.random(in: 0..<6, using: &random)]
                try await rig.loop.time.sleep(for: .seconds(pause))
            case 6:
                await cache.flush()
                cache = CacheRig.cache(rig.world, rig.loop)
                await cache.load()
            default: break
            }
            let before = rig.world.now.served
            let now = rig.loop.time.now
            let answer = word(await cache.policy(for: rig.domain))
            let after = rig.world.now.served
            let allowed = [before, after].flatMap { words($0, at: now) }
            #expect(allowed.contains(answer), "seed \(seed), step \(step): \(answer), not \(allowed)")
            met.insert(String(answer.prefix { $0 != " " }))
            // A refresh in the background ends before the next step.
            try await rig.loop.time.sleep(for: .milliseconds(1))
        }
        return met
    }

    private static func word(_ sts: DestinationTLSPolicy.STS) -> String {
        switch sts {
        case .absent: "absent"
        case .testing(let policy): "testing \(policy.mx)"
        case .enforce(let policy): "enforce \(policy.mx)"
        case .unavailable: "unavailable"
        }
    }

    /// What a cache may say that has this file: while it lives its content only, then nothing of it.
    private static func words(_ served: (file: String, at: MonotonicInstant)?, at now: MonotonicInstant) -> [String] {
        guard let served, let policy = try? MTASTSPolicyParser.parse(Array(served.file.utf8), id: ""),
            now < served.at + .seconds(policy.maxAge)
        else { return ["absent", "unavailable"] }
        return policy.mode == .none ? ["absent"] : ["\(policy.mode) \(policy.mx)"]
    }
}
