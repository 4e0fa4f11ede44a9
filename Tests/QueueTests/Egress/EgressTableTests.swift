import Mail
import Testing

@testable import Queue

@Suite struct EgressTableTests {
    private static let sources = ["a", "b", "c"].map { EgressSource(name: $0) }
    private static let tenant = UUIDv7(at: WallTime(milliseconds: 1))
    private static let other = UUIDv7(at: WallTime(milliseconds: 2))
    private static let campaign = UUIDv7(at: WallTime(milliseconds: 3))

    private static func pool(_ name: String, _ members: [Int] = [0], overflow: String? = nil) -> SourcePool {
        SourcePool(name: name, members: members.map { SourcePool.Member(source: $0) }, overflow: overflow)
    }

    private static func failure(
        sources: [EgressSource] = sources, _ pools: [SourcePool], rules: [PoolRule] = [PoolRule(pool: "p")]
    ) -> EgressTableFailure? {
        do throws(EgressTableFailure) {
            _ = try EgressTable(sources: sources, pools: pools, rules: rules)
            return nil
        } catch {
            return error
        }
    }

    @Test func namesAndPoolsAreChecked() {
        #expect(Self.failure([Self.pool("p", [0, 1, 2])]) == nil)
        let twice = Self.sources + [EgressSource(name: "b")]
        #expect(Self.failure(sources: twice, [Self.pool("p")]) == .duplicateSource("b"))
        #expect(Self.failure([Self.pool("p"), Self.pool("p")]) == .duplicatePool("p"))
        #expect(Self.failure([Self.pool("p"), Self.pool("q", [])]) == .emptyPool("q"))
        #expect(Self.failure([Self.pool("p", [0, 3])]) == .unknownSource(pool: "p", place: 1))
        #expect(Self.failure([Self.pool("p", [-1])]) == .unknownSource(pool: "p", place: 0))
        #expect(Self.failure([Self.pool("p", [0, 1, 0])]) == .duplicateMember(pool: "p", place: 2))
        for weight in [0, -5] {
            var pool = Self.pool("p", [0, 1])
            pool.members[1].weight = weight
            #expect(Self.failure([pool]) == .badWeight(pool: "p", place: 1))
        }
    }

    @Test func overflowEndsSomewhere() throws {
        #expect(Self.failure([Self.pool("p", overflow: "x")]) == .unknownOverflow(pool: "p"))
        #expect(Self.failure([Self.pool("p", overflow: "p")]) == .overflowCircle(pool: "p"))
        let circle = [
            Self.pool("p", overflow: "q"), Self.pool("q", overflow: "r"), Self.pool("r", overflow: "q"),
        ]
        #expect(Self.failure(circle) == .overflowCircle(pool: "p"))
        // Two pools may share the one that they flow into.
        let tree = [Self.pool("p", overflow: "r"), Self.pool("q", overflow: "r"), Self.pool("r")]
        let table = try EgressTable(sources: Self.sources, pools: tree, rules: [PoolRule(pool: "p")])
        #expect(tree.indices.map(table.overflow(of:)) == [2, 2, nil])
        // A chain as long as there are pools is none.
        let names = (0..<100).map { "p\($0)" }
        let chain = names.indices.map { Self.pool(names[$0], overflow: $0 < 99 ? names[$0 + 1] : nil) }
        #expect(Self.failure(chain, rules: [PoolRule(pool: "p0")]) == nil)
    }

    @Test func rulesAreChecked() {
        let pools = [Self.pool("p"), Self.pool("q")]
        let all = PoolRule(pool: "p")
        #expect(Self.failure(pools, rules: [all, PoolRule(tenant: Self.tenant, pool: "x")]) == .unknownPool(rule: 1))
        #expect(Self.failure(pools, rules: []) == .noDefault)
        #expect(Self.failure(pools, rules: [PoolRule(stream: .broadcast, pool: "p")]) == .noDefault)
        #expect(Self.failure(pools, rules: [PoolRule(tenant: Self.tenant, pool: "p")]) == .noDefault)
        let both = MailStream.allCases.map { PoolRule(stream: $0, pool: "p") }
        #expect(Self.failure(pools, rules: both) == nil)
        let rules = [
            all, PoolRule(tenant: Self.tenant, pool: "p"), PoolRule(tenant: Self.other, pool: "q"),
            PoolRule(tenant: Self.tenant, pool: "q"),
        ]
        #expect(Self.failure(pools, rules: rules) == .contradiction(1, 3))
        #expect(Self.failure(pools, rules: [all, all]) == .contradiction(0, 1))
        #expect(Self.failure(sources: [], [], rules: []) == nil)
    }

    /// Against a list of all rules in the order of how much they say.
    @Test func theMostSpecificRuleCounts() throws {
        let pools = (0..<64).map { Self.pool("p\($0)") }
        var generator = SplitMix64(seed: 0xE6)
        let tenants = [Self.tenant, Self.other]
        let campaigns = [Self.campaign, UUIDv7(at: WallTime(milliseconds: 4))]
        for _ in 0..<200 {
            var rules: [PoolRule] = [PoolRule(pool: "p0")]
            for tenant in [nil] + tenants.map(Optional.some) {
                for stream in [nil] + MailStream.allCases.map(Optional.some) {
                    for campaign in [nil] + campaigns.map(Optional.some) {
                        if tenant == nil, stream == nil, campaign == nil { continue }
                        guard UInt64.random(in: 0..<3, using: &generator) == 0 else { continue }
                        rules.append(
                            PoolRule(tenant: tenant, stream: stream, campaign: campaign, pool: "p\(rules.count)"))
                    }
                }
            }
            rules.shuffle(using: &generator)
            let table = try EgressTable(sources: Self.sources, pools: pools, rules: rules)
            for tenant in tenants + [Self.campaign] {
                for stream in MailStream.allCases {
                    for campaign in [nil] + campaigns.map(Optional.some) {
                        let matching = rules.filter {
                            ($0.tenant ?? tenant) == tenant && ($0.stream ?? stream) == stream
                                && ($0.campaign == nil || $0.campaign == campaign)
                        }
                        let best = matching.max { Self.rank($0) < Self.rank($1) }
                        let place = table.pool(tenant: tenant, stream: stream, campaign: campaign)
                        #expect(place.map { table.pools[$0].name } == best?.pool)
                    }
                }
            }
        }
    }

    /// Campaign before tenant before stream.
    private static func rank(_ rule: PoolRule) -> Int {
        (rule.campaign == nil ? 0 : 4) + (rule.tenant == nil ? 0 : 2) + (rule.stream == nil ? 0 : 1)
    }

    @Test func withoutSourcesThereIsNoPool() {
        #expect(EgressTable.none.isEmpty)
        #expect(EgressTable.none.pool(tenant: Self.tenant, stream: .broadcast, campaign: nil) == nil)
        #expect(EgressTable.none.pool(named: "p") == nil)
    }
}
