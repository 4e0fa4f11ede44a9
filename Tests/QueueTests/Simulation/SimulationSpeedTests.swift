import Foundation
import Mail
import Testing

@testable import Queue

/// Figures: `MARTLET_FIGURES=1 swift test -c release -Xswiftc -enable-testing --filter SimulationSpeed`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["MARTLET_FIGURES"] != nil))
struct SimulationSpeedTests {
    @Test func thirtyDays() throws {
        var sites: [SiteScript] = []
        for (name, share) in [("google", 45.0), ("microsoft", 20), ("yahoo", 12), ("apple", 8)] {
            let domains = (0..<5).map { Domain(canonical: "\(name)\($0).test") }
            var script = SiteScript(name: name, provider: name, domains: domains)
            script.share = share
            script.limits = SiteLimits(connections: 20, recipientsPerTransaction: 50, mixesDestinations: false)
            script.unknownUsers = 0.01
            script.temporaryFailures = 0.01
            sites.append(script)
        }
        let domains = (0..<200).map { Domain(canonical: "other\($0).test") }
        var other = SiteScript(name: "other", provider: nil, domains: domains)
        other.share = 15
        other.greylisting = .init(delay: .seconds(300), known: 0.7)
        sites.append(other)
        var first = TrafficScript(
            name: "receipts", tenant: UUIDv7(high: 0x7000, low: 1), stream: .transactional, perDay: 30_000)
        first.hours = (0..<24).map { $0 > 6 && $0 < 23 ? 3 : 1 }
        var second = TrafficScript(
            name: "news", tenant: UUIDv7(high: 0x7000, low: 2), stream: .broadcast, perDay: 0)
        second.bursts = [.init(day: nil, time: .seconds(9 * 3_600), count: 60_000)]
        let plan = SimulationPlan(length: .seconds(30 * 86_400), sites: sites, traffic: [first, second])
        var simulation = Simulation(plan, seed: 1)
        let start = clock()
        let report = simulation.run()
        let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
        print("figure simulation: \(report.total) in \(seconds) s of processor time")
        #expect(report.total.delivered > 2_500_000)
    }
}
