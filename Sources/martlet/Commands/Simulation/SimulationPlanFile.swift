import Foundation
import Mail
import Queue
import Yams

/// Reads a plan for `martlet simulate`: receivers, traffic, what an operator does meanwhile, and the engine's own
/// settings, either those of a `martlet.yaml` or some that stand in the plan itself, with the same keys.
///
/// Every mistake is told with its line, all at once; an unknown key is one.
struct SimulationPlanFile {
    var plan: SimulationPlan
    var title: String

    /// - Parameter days: takes the place of the file's `days`.
    static func load(_ path: String, days: Int?) throws(ConfigurationFailure) -> SimulationPlanFile {
        let text: String
        do { text = try String(contentsOfFile: path, encoding: .utf8) } catch {
            throw ConfigurationFailure(
                file: path,
                problems: [.init(line: 0, key: "", message: "cannot be read: \(error.localizedDescription)")])
        }
        return try parse(text, file: path, days: days)
    }

    static func parse(_ text: String, file: String, days: Int?) throws(ConfigurationFailure) -> SimulationPlanFile {
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch {
            throw ConfigurationFailure(file: file, problems: [.init(error)])
        }
        let notes = ConfigurationSection.Notes()
        let section = ConfigurationSection(root, path: "", notes: notes)
        let engine = try engine(section, beside: file)
        let plan = read(section, engine, days: days)
        section.finish()
        guard notes.problems.isEmpty else {
            throw ConfigurationFailure(file: file, problems: notes.problems.sorted { $0.line < $1.line })
        }
        return plan
    }

    /// `configuration: martlet.yaml`, relative to the plan, or `engine:` with the keys of one.
    private static func engine(
        _ section: ConfigurationSection, beside file: String
    ) throws(ConfigurationFailure) -> Configuration {
        if let path = section.optionalText("configuration") {
            if section.has("engine") { section.problem("engine", "stands beside configuration: give one of them") }
            let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
            return try ConfigurationFile.load(
                path.hasPrefix("/") ? path : folder.appendingPathComponent(path).path, data: "")
        }
        var configuration = Configuration(hostname: "simulation.example", data: "")
        let engine = section.section("engine")
        configuration.readEgress(engine)
        configuration.readQueue(engine.section("queue"))
        configuration.readLimits(engine)
        configuration.readDaily(engine, sources: configuration.egress.sources.map(\.name))
        configuration.readShaping(engine.section("shaping"))
        engine.finish()
        return configuration
    }

    /// A domain, or a provider, is at one receiver only.
    private static func refuseTwins(_ sites: [SiteScript], _ section: ConfigurationSection) {
        var seen: Set<String> = []
        for site in sites {
            let names = site.domains.map(\.text) + (site.provider.map { ["@\($0)"] } ?? [])
            for name in names where !seen.insert(name).inserted {
                section.problem("sites", "'\(name)' is named twice, the second time by \(site.name)")
            }
        }
    }

    private static func read(
        _ section: ConfigurationSection, _ engine: Configuration, days: Int?
    ) -> SimulationPlanFile {
        let title = section.text("title", default: "Simulation")
        let length = days ?? section.number("days", default: 30, in: 1...400)
        if days != nil { _ = section.number("days", default: 30, in: 1...400) }
        let start = section.parsed("start", as: "a day such as 2027-01-31", SimulationDay.parse)
        let offset = section.number("utc_offset_minutes", default: 0, in: -720...840)
        let sites = section.named("sites").map { SimulationSiteKeys.read($0.name, $0.section) }
        refuseTwins(sites, section)
        if sites.isEmpty { section.problem("sites", "is needed: at least one receiver") }
        let traffic = section.named("traffic").enumerated().map { place, entry in
            SimulationTrafficKeys.read(entry.name, entry.section, place: place, sites: sites)
        }
        if traffic.isEmpty { section.problem("traffic", "is needed: at least one sender") }
        // What could not be read needs no plan.
        guard !sites.isEmpty else {
            return SimulationPlanFile(plan: SimulationPlan(length: .zero, sites: [], traffic: []), title: title)
        }
        var plan = SimulationPlan(length: .seconds(length * 86_400), sites: sites, traffic: traffic)
        plan.zone = offset * 60
        if let start { plan.start = WallTime(milliseconds: start * 86_400_000 - Int64(offset) * 60_000) }
        plan.options = engine.queue.scheduler
        plan.options.egress = engine.egress
        plan.daily = engine.daily
        let known = section.parsedList("known_sources", as: "the name of a source") { $0 } ?? []
        for name in known {
            if let place = engine.egress.source(named: name) {
                plan.knownSources.insert(place)
            } else {
                section.problem("known_sources", "'\(name)' is none of the sources")
            }
        }
        if !engine.shaping.rules.isEmpty { plan.shaping = engine.shaping.rules }
        plan.verbs = section.sections("operator").compactMap { SimulationVerbKeys.read($0) }
        return SimulationPlanFile(plan: plan, title: title)
    }
}

/// Days as plans write them.
enum SimulationDay {
    /// `YYYY-MM-DD` as days since 1970-01-01.
    static func parse(_ text: String) -> Int64? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts[0].count == 4, let year = Int64(parts[0]), year >= 1970,
            let month = Int64(parts[1]), (1...12).contains(month), let day = Int64(parts[2]), (1...31).contains(day)
        else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let wanted = DateComponents(year: Int(year), month: Int(month), day: Int(day))
        guard let date = calendar.date(from: wanted),
            calendar.component(.day, from: date) == Int(day)
        else { return nil }
        return Int64(date.timeIntervalSince1970) / 86_400
    }

    /// `9h`, `90m` or `09:30`, within a day.
    static func time(_ text: String) -> Duration? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 2, let hour = Int(parts[0]), (0...23).contains(hour), let minute = Int(parts[1]),
            (0...59).contains(minute)
        {
            return .seconds(hour * 3_600 + minute * 60)
        }
        guard let duration = DurationText.parse(text), duration < .seconds(86_400) else { return nil }
        return duration
    }
}
