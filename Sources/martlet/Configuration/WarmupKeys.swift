import MTA
import Mail
import Queue

/// `timezone`, `warmup` and `quotas`: what leaves on one day.
///
/// A plan with a hole or a falling cap, a zone, source or provider that nobody knows, a source with two plans: refused
/// with the line.
extension Configuration {
    /// - Parameter sources: the names under `sources`, in their order.
    mutating func readDaily(_ section: ConfigurationSection, sources: [String]) {
        var setup = DailySetup()
        let zone = "a time zone of the IANA database such as Europe/Berlin, or UTC"
        setup.calendar = section.parsed("timezone", as: zone, DayCalendar.init) ?? .utc
        let warmup = section.section("warmup")
        setup.warmups = warmups(warmup, plans: Self.plans(warmup), sources: sources)
        warmup.finish()
        setup.quotas = Self.quotas(section.sections("quotas"))
        daily = setup
    }

    // MARK: Which source has which plan

    private func warmups(
        _ section: ConfigurationSection, plans: [String: WarmupPlan], sources: [String]
    ) -> WarmupTable {
        var assignments: [WarmupTable.Assignment] = []
        for entry in section.sections("sources") {
            let plan = plan(entry, "plan", plans) ?? plans["default"]
            let groups = entry.section("groups")
            var chosen: [String: WarmupPlan] = [:]
            for provider in groups.keys {
                if provider != WarmupTable.other, !Provider.names.contains(provider) {
                    let known = (Provider.names + [WarmupTable.other]).joined(separator: ", ")
                    groups.problem(provider, "is none of the providers: \(known)")
                } else if provider != WarmupTable.other, !rollsUpProviders {
                    groups.problem(provider, "a provider has no site of its own with provider_sites: false")
                }
                chosen[provider] = self.plan(groups, provider, plans)
            }
            if entry.has("plan"), groups.has(WarmupTable.other) {
                entry.problem("plan", "is the plan of groups.other, which is there, too")
            }
            if chosen[WarmupTable.other] == nil { chosen[WarmupTable.other] = plan }
            groups.finish()
            let start = entry.parsed("start", as: "a day such as 2026-12-01", SendingDay.init)
            let names = entry.parsedOneOrMore("source", as: "the name of a source") { $0 }
            if names.isEmpty { entry.problem("source", "is needed: the name of a source, or a list of them") }
            for name in names {
                if !sources.contains(name) {
                    let known = sources.isEmpty ? "there are none" : sources.joined(separator: ", ")
                    entry.problem("source", "'\(name)' is none of the sources: \(known)")
                } else if assignments.contains(where: { $0.source == name }) {
                    entry.problem("source", "'\(name)' has a warm-up already")
                } else {
                    assignments.append(.init(source: name, plans: chosen, start: start))
                }
            }
            entry.finish()
        }
        do { return try WarmupTable(assignments) } catch {
            // A plan whose name is unknown has been told already.
            return .none
        }
    }

    private func plan(
        _ section: ConfigurationSection, _ key: String, _ plans: [String: WarmupPlan]
    ) -> WarmupPlan? {
        guard let name = section.optionalText(key) else { return nil }
        if let plan = plans[name] { return plan }
        section.problem(key, "'\(name)' is none of the plans: \(plans.keys.sorted().joined(separator: ", "))")
        return nil
    }

    // MARK: Plans

    private static func plans(_ section: ConfigurationSection) -> [String: WarmupPlan] {
        var plans: [String: WarmupPlan] = [:]
        plans["default"] = try? WarmupPlan("default", caps: WarmupPlan.ladder)
        for (name, entry) in section.named("plans") {
            // One that is wrong stands in as the ladder, so that its name is known below; nothing of this is used.
            var plan = ladder(name, entry) ?? plans["default"]
            plan?.promotion = share(entry, "promote_at") ?? 900
            plan?.demotion = share(entry, "demote_below")
            let idle = entry.number("idle_days", default: 10, in: 0...3_650)
            plan?.idleDays = idle > 0 ? idle : nil
            plan?.idleness = entry.choice(
                "on_idle", default: .restart, ["restart": .restart, "finish": .finish, "keep": .keep])
            plans[name] = plan
            entry.finish()
        }
        return plans
    }

    private static func ladder(_ name: String, _ entry: ConfigurationSection) -> WarmupPlan? {
        let ways = ["stages", "table", "target"].filter(entry.has)
        for way in ways.dropFirst() {
            entry.refuse(way, "contradicts \(ways[0]): a plan has one ladder")
        }
        var caps = WarmupPlan.ladder
        var lines = entry
        var key: (Int) -> String = { _ in "stages" }
        if entry.has("stages") {
            caps = entry.parsedList("stages", as: "messages a day", messages) ?? []
        } else if entry.has("table") {
            guard let table = table(entry) else { return nil }
            caps = table.caps
            lines = table.section
            key = { "\($0)" }
        } else if entry.has("target") {
            guard let target = entry.parsed("target", as: "messages a day", messages) else { return nil }
            let days = entry.number("days", default: 30, in: 1...3_650)
            let first = entry.parsed("first", as: "messages a day", messages) ?? min(200, target)
            if target < 1 || first < 1 || first > target {
                entry.problem("target", "a curve grows from first, at least 1, to its target")
                return nil
            }
            caps = WarmupPlan.curve(to: target, days: days, from: first)
            key = { _ in "target" }
        }
        if !entry.has("target") {
            for key in ["days", "first"] where entry.has(key) { entry.refuse(key, "is for a plan with a target") }
        }
        do { return try WarmupPlan(name, caps: caps) } catch {
            switch error {
            case .empty: entry.problem(entry.has("table") ? "table" : "stages", "a plan needs at least one stage")
            case .badCap(let stage):
                lines.problem(key(stage), "stage \(stage) must be from 1 to \(WarmupPlan.largestCap)")
            case .falling(let stage): lines.problem(key(stage), "stage \(stage) allows less than the one before")
            }
            return nil
        }
    }

    /// `day: messages`, from day 1 on, every day.
    private static func table(_ entry: ConfigurationSection) -> (caps: [Int], section: ConfigurationSection)? {
        let table = entry.section("table")
        var days: [Int] = []
        for key in table.keys {
            if let day = Int(key), day >= 1, day <= 3_650, "\(day)" == key {
                days.append(day)
            } else {
                table.refuse(key, "a day is a number from 1 to 3650")
            }
        }
        days.sort()
        let caps = days.map { day in table.parsed("\(day)", as: "messages a day", messages) ?? 0 }
        table.finish()
        guard days.count == table.keys.count else { return nil }
        for (place, day) in days.enumerated() where day != place + 1 {
            table.problem("\(day)", "the plan has a hole: day \(place + 1) is missing")
            return nil
        }
        return (caps, table)
    }

    private static func messages(_ text: String) -> Int? { Int(text.filter { $0 != "_" }) }

    /// A share from 0 to 1, in thousandths.
    private static func share(_ entry: ConfigurationSection, _ key: String) -> Int? {
        guard entry.has(key) else { return nil }
        return Int((entry.decimal(key, default: 0, in: 0...1) * 1_000).rounded())
    }

    // MARK: Quotas

    private static func quotas(_ entries: [ConfigurationSection]) -> QuotaTable {
        var rules: [QuotaTable.Rule] = []
        var places: [Int] = []
        for (place, entry) in entries.enumerated() {
            let expected = "'tenant:ID', 'tenant:*', 'campaign:ID' or 'campaign:*'"
            let match = entry.parsed("match", as: expected, quotaMatch)
            if !entry.has("match") { entry.problem("match", "is needed: \(expected)") }
            let cap = entry.parsed("quota", as: "messages a day, at least one, such as 50000/day", perDay)
            if !entry.has("quota") { entry.problem("quota", "is needed, such as 50000/day") }
            let name = entry.text("name", default: entry.text("match", default: ""))
            entry.finish()
            guard let match, let cap else { continue }
            rules.append(QuotaTable.Rule(name, match, cap: cap))
            places.append(place)
        }
        do { return try QuotaTable(rules) } catch {
            switch error {
            case .notPositive(let rule): entries[places[rule]].problem("quota", "must be at least 1")
            case .contradiction(let rule, let earlier):
                entries[places[rule]].problem("match", "quotas[\(places[earlier])] is for the same")
            }
            return .none
        }
    }

    private static func perDay(_ text: String) -> Int? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, ["day", "d", "1d"].contains(parts[1]), let count = messages(String(parts[0])),
            count > 0,
            count <= WarmupPlan.largestCap
        else { return nil }
        return count
    }

    private static func quotaMatch(_ text: String) -> QuotaTable.Rule.Match? {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let name = String(text[text.index(after: colon)...])
        let id = UUIDv7(name)
        guard name == "*" || id != nil else { return nil }
        switch text[..<colon] {
        case "tenant": return .tenant(id)
        case "campaign": return .campaign(id)
        default: return nil
        }
    }
}

extension ConfigurationSection {
    /// The key is known, and has no business here.
    fileprivate func refuse(_ key: String, _ message: String) {
        if isMapping(key) { _ = section(key) } else { _ = parsedOneOrMore(key, as: "text") { $0 } }
        problem(key, message)
    }
}
