import Mail
import Testing

@testable import Queue

@Suite struct SimulatedSharesTests {
    /// Counts what leaves from each source to each site, in order.
    private final class Counting: SimulationObserver {
        var counts: [String: [Int]] = [:]
        var worst = 0.0
        var largest = 1
        let weights: [Int]

        init(_ weights: [Int]) { self.weights = weights }

        func pulled(_ pull: SimulatedPull, at now: MonotonicInstant) {
            guard let source = pull.source else { return }
            largest = max(largest, pull.recipients.count)
            var row = counts[pull.site] ?? [Int](repeating: 0, count: weights.count)
            row[source] += pull.recipients.count
            counts[pull.site] = row
            let sum = Double(row.reduce(0, +))
            let all = Double(weights.reduce(0, +))
            for place in row.indices {
                worst = max(worst, abs(Double(row[place]) - sum * Double(weights[place]) / all))
            }
        }

        func accepted(_ message: MessageFacts, _ deliveries: [PendingDelivery], at now: MonotonicInstant) {}
        func connecting(_ pull: SimulatedPull, at now: MonotonicInstant) {}
        func opened(_ pull: SimulatedPull, connection: UInt32, at now: MonotonicInstant) {}
        func closed(connection: UInt32, at now: MonotonicInstant) {}
        func carries(_ pull: SimulatedPull, connection: UInt32, at now: MonotonicInstant) {}
        func landed(
            _ pull: SimulatedPull, _ outcomes: [Outcome], _ dispositions: [Disposition], at now: MonotonicInstant
        ) {}
        func left(_ leaving: [Leaving], _ cause: SimulatedDeparture, at now: MonotonicInstant) {}
        func postponed(_ leaving: Leaving, until time: MonotonicInstant, at now: MonotonicInstant) {}
        func cancelling(_ message: UInt64) {}
        func did(_ verb: ScriptedVerb.Action, at now: MonotonicInstant) {}
        func ruled(_ directive: ShapingDirective, at now: MonotonicInstant) {}
        func settled(_ scheduler: borrowing Scheduler, at now: MonotonicInstant) {}
    }

    /// At no moment is a source further from its share of a site's deliveries than by two of the largest batch.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func weightsAreExactAtEverySite(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let weights = (0..<random.within(2...4)).map { _ in random.within(1...6) }
        let sources = weights.indices.map { EgressSource(name: "ip\($0)") }
        let members = weights.indices.map { SourcePool.Member(source: $0, weight: weights[$0]) }
        var site = SiteScript(
            name: "other", provider: nil, domains: (0..<3).map { Domain(canonical: "d\($0).test") })
        site.limits = SiteLimits(connections: 4, recipientsPerTransaction: random.within(1...5))
        var traffic = TrafficScript(
            name: "mail", tenant: RandomWorld.tenants[0], stream: .transactional, perDay: 20_000)
        traffic.recipientsPerMessage = random.within(1...6)
        var plan = SimulationPlan(length: .seconds(3_600), sites: [site], traffic: [traffic])
        plan.options.egress = try EgressTable(
            sources: sources, pools: [SourcePool(name: "all", members: members)], rules: [PoolRule(pool: "all")])
        let counting = Counting(weights)
        var simulation = Simulation(plan, seed: seed, observer: counting)
        let report = simulation.run()
        #expect(report.total.delivered > 500 && counting.counts.count == 3)
        #expect(counting.worst <= Double(2 * counting.largest), "\(weights): \(counting.counts)")
    }
}
