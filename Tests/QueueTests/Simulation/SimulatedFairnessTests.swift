import Mail
import Testing

@testable import Queue

/// Tenants with more mail than a site takes: nobody is ever far ahead of another, however many campaigns he has.
@Suite struct SimulatedFairnessTests {
    private final class Counting: SimulationObserver {
        var waiting: [UUIDv7: Int] = [:]
        var taken: [UUIDv7: Int] = [:]
        var largest = 1
        var worst = 0
        /// Batches pulled while all of them had mail.
        var compared = 0
        let tenants: [UUIDv7]

        init(_ tenants: [UUIDv7]) { self.tenants = tenants }

        func accepted(_ message: MessageFacts, _ deliveries: [PendingDelivery], at now: MonotonicInstant) {
            waiting[message.tenant, default: 0] += deliveries.count
        }

        func pulled(_ pull: SimulatedPull, at now: MonotonicInstant) {
            largest = max(largest, pull.recipients.count)
            waiting[pull.message.tenant, default: 0] -= pull.recipients.count
            guard tenants.allSatisfy({ waiting[$0, default: 0] > 0 }) else {
                // Whoever has nothing to send gets nothing, and has no claim to it later.
                taken = [:]
                return
            }
            taken[pull.message.tenant, default: 0] += pull.recipients.count
            compared += 1
            let counts = tenants.map { taken[$0, default: 0] }
            worst = max(worst, (counts.max() ?? 0) - (counts.min() ?? 0))
        }

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

    /// Deficit round robin: as long as all have mail, any two are apart by no more than three
    /// quanta and two batches (what each may have overdrawn at the beginning and at the end, and one round).
    @Test(arguments: 0..<12 as Range<UInt64>)
    func tenantsGetTheSameHoweverManyCampaignsTheyHave(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var site = SiteScript(name: "google", provider: "google", domains: [Domain(canonical: "gmail.com")])
        site.limits = SiteLimits(
            connections: random.within(1...6), recipientsPerTransaction: random.within(1...20),
            mixesDestinations: false)
        let tenants = Array(RandomWorld.tenants.prefix(random.within(2...3)))
        var traffic: [TrafficScript] = []
        for (place, tenant) in tenants.enumerated() {
            // The first has many campaigns, and messages of many recipients.
            for campaign in 0..<(place == 0 ? random.within(2...12) : 1) {
                var script = TrafficScript(name: "t\(place)", tenant: tenant, stream: .broadcast, perDay: 0)
                script.campaign = UUIDv7(high: 0x7002, low: UInt64(place << 8 | campaign))
                script.recipientsPerMessage = place == 0 ? random.within(1...20) : 1
                script.bursts = [.init(day: 0, time: .zero, count: place == 0 ? 60 : 600, rate: 100_000)]
                traffic.append(script)
            }
        }
        var plan = SimulationPlan(length: .seconds(120), sites: [site], traffic: traffic)
        plan.options.quantum = random.within(1...30)
        let counting = Counting(tenants)
        var simulation = Simulation(plan, seed: seed, observer: counting)
        _ = simulation.run()
        #expect(counting.compared > 100)
        #expect(counting.worst <= 3 * plan.options.quantum + 2 * counting.largest, "quantum \(plan.options.quantum)")
    }
}
