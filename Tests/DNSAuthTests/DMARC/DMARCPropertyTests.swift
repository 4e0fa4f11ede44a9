import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// What holds for every tree of records: random zones over a small alphabet, so that names meet often.
@Suite struct DMARCPropertyTests {
    private struct World {
        var resolver: RecordingResolver
        var names: [Domain]
    }

    private static let records = [
        "v=DMARC1; p=reject", "v=DMARC1; p=none; psd=n", "v=DMARC1; p=quarantine; psd=y", "v=DMARC1; adkim=s",
        "v=DMARC1; p=reject; sp=none; np=quarantine", "v=spf1 -all", "v=DMARC1; p=reject; adkim=s; aspf=s",
    ]

    private static func world(_ generator: inout SeededGenerator) -> World {
        func name(_ count: Int) -> String {
            (0..<count).map { _ in ["a", "b", "c"].randomElement(using: &generator) ?? "a" }.joined(separator: ".")
        }
        var table = FakeResolver()
        let tail = name(2)
        for _ in 0..<Int.random(in: 0...8, using: &generator) {
            let depth = Int.random(in: 0...10, using: &generator)
            let place = depth == 0 ? tail : "\(name(depth)).\(tail)"
            table.txt["_dmarc.\(place)"] = (0..<(Int.random(in: 0..<8, using: &generator) == 0 ? 2 : 1)).map { _ in
                records.randomElement(using: &generator) ?? ""
            }
        }
        let names = (0..<6).map { _ in
            let depth = Int.random(in: 0...12, using: &generator)
            return Domain.name(depth == 0 ? tail : "\(name(depth)).\(tail)")
        }
        return World(resolver: RecordingResolver(table), names: names)
    }

    @Test func walks() async throws {
        var generator = SeededGenerator(seed: 4_10)
        for _ in 0..<3_000 {
            let world = Self.world(&generator)
            for name in world.names {
                let before = world.resolver.texts.count
                let walk = try await DMARCDiscovery(resolver: world.resolver).walk(from: name)
                let asked = world.resolver.texts[before...]
                #expect(asked.count <= 8)
                #expect(Set(asked).count == asked.count)
                #expect(name.isWithin(walk.organizationalDomain))
                for found in walk.found { #expect(name.isWithin(found.domain)) }
                if let policy = walk.policyRecord { #expect(walk.found.contains(policy)) }
                #expect(walk.found.dropLast().allSatisfy { $0.record.publicSuffix == .unsaid })
            }
        }
    }

    /// Relaxed alignment means the same organization, so it cannot matter which of the two is asked about first; and
    /// the shortcuts in front of the second walk change nothing.
    @Test func alignment() async throws {
        var generator = SeededGenerator(seed: 4_102)
        var aligned = 0
        for _ in 0..<400 {
            let world = Self.world(&generator)
            let discovery = DMARCDiscovery(resolver: world.resolver)
            for a in world.names {
                for b in world.names {
                    var lookups = discovery.makeLookups()
                    let there = try await discovery.isAligned(a, with: b, .relaxed, &lookups)
                    let back = try await discovery.isAligned(b, with: a, .relaxed, &lookups)
                    let left = try await discovery.organizationalDomain(of: a)
                    let right = try await discovery.organizationalDomain(of: b)
                    #expect(there == back && there == (left == right), "\(a) \(b)")
                    let strict = try await discovery.isAligned(a, with: b, .strict, &lookups)
                    #expect(strict == (a == b) && (!strict || there))
                    if there && a != b { aligned += 1 }
                }
            }
        }
        #expect(aligned > 300)
    }

    /// A pass needs a pass; strict never passes where relaxed fails; the disposition is never harsher than the policy.
    @Test func verdicts() async throws {
        var generator = SeededGenerator(seed: 5_3)
        var seen: [DMARCResult: Int] = [:]
        for _ in 0..<4_000 {
            let world = Self.world(&generator)
            let author = world.names[0]
            let spf = SPFOutcome.mailFrom(
                SPFResult.allCases.randomElement(using: &generator) ?? .none, world.names[1].text)
            let dkim = world.names[2...].map {
                DKIMOutcome.signed(DKIMResult.allCases.randomElement(using: &generator) ?? .none, $0.text)
            }
            let before = world.resolver.texts.count
            let outcome = await DMARCCheck(resolver: world.resolver).evaluate(
                author: .domain(author), spf: [spf], dkim: dkim)
            let asked = world.resolver.texts[before...]
            #expect(asked.count <= 8 * 6 + 1)
            #expect(Set(asked).count == asked.count)
            seen[outcome.result, default: 0] += 1
            #expect((outcome.result == .pass) == (outcome.isSPFAligned || outcome.isDKIMAligned))
            if outcome.isSPFAligned { #expect(spf.result == .pass) }
            if outcome.isDKIMAligned { #expect(dkim.contains { $0.result == .pass }) }
            if outcome.result != .fail { #expect(outcome.disposition == .none) }
            if outcome.disposition != .none { #expect(outcome.disposition == outcome.policy) }
            #expect(
                (outcome.recordDomain == nil) == (outcome.policyTag == nil && outcome.result == .none)
                    || outcome.result == .none)
        }
        for result in [DMARCResult.none, .pass, .fail, .temperror] { #expect((seen[result] ?? 0) > 50, "\(seen)") }
    }
}
