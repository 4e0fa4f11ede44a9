import Foundation
import Mail
import Testing

@testable import Queue

@Suite struct SimulationReportTests {
    private func plan(days: Int) throws -> SimulationPlan {
        let google = SiteScript(name: "google", provider: "google", domains: [Domain(canonical: "gmail.com")])
        let traffic = TrafficScript(
            name: "mail", tenant: RandomWorld.tenants[0], stream: .broadcast, perDay: 1_200)
        var plan = SimulationPlan(length: .seconds(days * 86_400), sites: [google], traffic: [traffic])
        let sources = [EgressSource(name: "new"), EgressSource(name: "old")]
        let pools = [
            SourcePool(name: "new", members: [.init(source: 0)], overflow: "old"),
            SourcePool(name: "old", members: [.init(source: 1)]),
        ]
        plan.options.egress = try EgressTable(sources: sources, pools: pools, rules: [PoolRule(pool: "new")])
        let ladder = try WarmupPlan("short", caps: [100, 250, 600])
        plan.daily.warmups = try WarmupTable([.init(source: "new", plans: ["google": ladder, "other": ladder])])
        return plan
    }

    /// A new address climbs a stage a day, an old one takes the rest, and nothing is left over.
    @Test func aWarmUpClimbsItsLadder() throws {
        let report = try plan(days: 5).simulate(seed: 3)
        #expect(report.days.count == 5)
        let fresh = report.days.map { $0.figures[0][0].delivered }
        #expect(Array(fresh.prefix(3)) == [100, 250, 600] && fresh[3] > 1_000)
        for day in report.days { #expect(day.accepted == 1_200 && day.queued < 20) }
        #expect(report.days.prefix(3).map { $0.stages.first?.stage } == [1, 2, 3])
        #expect(report.days[3].stages.first?.isFinished == true)
        #expect(report.days[0].date == "2027-01-01" && report.days[4].date == "2027-01-05")
        let table = SimulationTable(report).text
        #expect(table.contains("stage 2: 250 of 250") && table.contains("finished"))
    }

    @Test func theSameSeedGivesTheSameReport() throws {
        var plan = try plan(days: 2)
        plan.sites[0].temporaryFailures = 0.1
        let first = plan.simulate(seed: 7)
        #expect(plan.simulate(seed: 7).days == first.days)
        #expect(SimulationChart(first, title: "x").svg == SimulationChart(plan.simulate(seed: 7), title: "x").svg)
        #expect(plan.simulate(seed: 8).days != first.days)
    }

    @Test func aChartIsSafeToEmbed() throws {
        let report = try plan(days: 1).simulate(seed: 1)
        let svg = SimulationChart(report, title: "<script>alert('x')</script> & \"\u{1}\u{FFFE}").svg
        #expect(!svg.contains("<script") && !svg.contains("\u{1}") && !svg.contains("http-equiv"))
        #expect(svg.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;\u{FFFD}\u{FFFD}"))
        #expect(svg.contains("prefers-color-scheme:dark"))
        #expect(svg.components(separatedBy: "<rect").count > 5)
    }

    /// A burst on a given day and hour, and no traffic on others.
    @Test func trafficComesWhenThePlanSays() {
        let site = SiteScript(name: "other", provider: nil, domains: [Domain(canonical: "a.test")])
        var traffic = TrafficScript(name: "b", tenant: RandomWorld.tenants[0], stream: .broadcast, perDay: 0)
        traffic.bursts = [.init(day: 1, time: .seconds(9 * 3_600), count: 500)]
        let report = SimulationPlan(length: .seconds(3 * 86_400), sites: [site], traffic: [traffic]).simulate(seed: 1)
        #expect(report.days.map(\.accepted) == [0, 500, 0])
        #expect(report.total.delivered == 500)
    }
}
