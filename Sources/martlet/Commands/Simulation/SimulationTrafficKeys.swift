import Mail
import Queue

/// One of `traffic`: what somebody sends.
enum SimulationTrafficKeys {
    /// - Parameter place: makes a tenant's identifier where the plan gives none.
    static func read(
        _ name: String, _ section: ConfigurationSection, place: Int, sites: [SiteScript]
    ) -> TrafficScript {
        let tenant = section.parsed("tenant", as: "a tenant's identifier") { UUIDv7($0) }
        var script = TrafficScript(
            name: name, tenant: tenant ?? UUIDv7(high: 0x7000, low: 0x8000_0000_0000_0000 | UInt64(place + 1)),
            stream: section.choice(
                "stream", default: MailStream.transactional,
                ["transactional": .transactional, "broadcast": .broadcast]),
            perDay: section.decimal("per_day", default: 0, in: 0...1_000_000_000))
        script.campaign = section.parsed("campaign", as: "a campaign's identifier") { UUIDv7($0) }
        script.growth = section.decimal("growth", default: 1, in: 0...10)
        if section.has("ceiling") { script.ceiling = section.decimal("ceiling", default: 0, in: 0...1_000_000_000) }
        weights(section, "hours", count: 24, &script.hours)
        weights(section, "weekdays", count: 7, &script.weekdays)
        let first = section.number("from_day", default: 1, in: 1...400)
        let last = section.number("to_day", default: 400, in: 1...400)
        if last < first { section.problem("to_day", "comes before from_day") } else { script.days = (first - 1)..<last }
        script.bursts = section.sections("bursts").map(burst)
        script.recipientsPerMessage = section.number("recipients", default: 1, in: 1...10_000)
        script.scheduled = section.decimal("scheduled", default: 0, in: 0...1)
        script.scheduledAhead = section.duration("scheduled_ahead", default: script.scheduledAhead)
        script.size = section.size("size", default: script.size)
        if section.has("lifetime") {
            script.lifetime = section.duration("lifetime", default: .seconds(432_000), atLeast: .seconds(1))
        }
        if section.has("sites") { script.shares = shares(section.section("sites"), sites) }
        if script.perDay == 0, script.bursts.isEmpty { section.problem("per_day", "is needed, or bursts") }
        section.finish()
        return script
    }

    private static func weights(
        _ section: ConfigurationSection, _ key: String, count: Int, _ weights: inout [Double]
    ) {
        let parse: (String) -> Double? = { text in Double(text).flatMap { $0 >= 0 && $0 < 1e9 ? $0 : nil } }
        guard let found = section.parsedList(key, as: "a weight of 0 or more", parse) else { return }
        guard found.count == count else {
            section.problem(key, "needs \(count) weights, not \(found.count)")
            return
        }
        if found.allSatisfy({ $0 == 0 }) { section.problem(key, "has no weight above 0") }
        weights = found
    }

    private static func burst(_ section: ConfigurationSection) -> TrafficScript.Burst {
        defer { section.finish() }
        let day = section.has("day") ? section.number("day", default: 1, in: 1...400) - 1 : nil
        let time = section.parsed("at", as: "a time of the day such as 09:30", SimulationDay.time) ?? .zero
        let count = section.number("count", default: 0, in: 0...1_000_000_000)
        if count == 0 { section.problem("count", "is needed: messages") }
        let rate = section.number("per_second", default: 2_000, in: 1...1_000_000)
        return TrafficScript.Burst(day: day, time: time, count: count, rate: rate)
    }

    private static func shares(_ section: ConfigurationSection, _ sites: [SiteScript]) -> [Double] {
        defer { section.finish() }
        let shares = sites.map { site in
            section.has(site.name) ? section.decimal(site.name, default: 0, in: 0...1_000_000) : 0
        }
        if shares.allSatisfy({ $0 == 0 }) { section.problem("", "gives no site a share") }
        return shares
    }
}
