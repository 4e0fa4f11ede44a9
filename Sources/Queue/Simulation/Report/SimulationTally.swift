import Mail

/// The counting while a simulation runs.
struct SimulationTally {
    private let sources: [String]
    private let sites: [String]
    private(set) var days: [SimulationReport.Day] = []
    private var today: SimulationReport.Day
    private var fired: [String: Int] = [:]

    init(sources: [String], sites: [String], days: Int) {
        self.sources = sources
        self.sites = sites
        today = Self.empty(sources.count, sites.count)
        self.days.reserveCapacity(days)
    }

    private static func empty(_ sources: Int, _ sites: Int) -> SimulationReport.Day {
        let row = [SimulationReport.Figures](repeating: .init(), count: sites)
        return SimulationReport.Day(figures: [[SimulationReport.Figures]](repeating: row, count: sources))
    }

    mutating func accepted(_ deliveries: Int) { today.accepted += deliveries }

    mutating func count(_ outcomes: [Outcome], source: Int, site: Int) {
        for outcome in outcomes {
            switch outcome.verdict {
            case .delivered: today.figures[source][site].delivered += 1
            case .deferred: today.figures[source][site].deferred += 1
            case .bounced: today.figures[source][site].bounced += 1
            }
        }
    }

    mutating func count(_ cause: SimulatedDeparture, _ deliveries: Int) {
        switch cause {
        case .expired: today.expired += deliveries
        case .cancelled: today.cancelled += deliveries
        case .unroutable: today.unroutable += deliveries
        }
    }

    mutating func count(rule: String) { fired[rule, default: 0] += 1 }

    mutating func endDay(queued: Int, oldest: Duration?, stages: [SimulationReport.Stage] = []) {
        today.queued = queued
        today.oldest = Int(oldest?.components.seconds ?? 0)
        today.stages = stages
        today.rules = fired.keys.sorted().map { SimulationReport.Firing(rule: $0, count: fired[$0] ?? 0) }
        days.append(today)
        today = Self.empty(sources.count, sites.count)
        fired = [:]
    }

    func report(start: WallTime, zone: Int) -> SimulationReport {
        var report = SimulationReport(sources: sources, sites: sites, days: days)
        let first = (start.milliseconds / 1_000 + Int64(zone)) / 86_400
        for index in report.days.indices { report.days[index].date = Self.date(ofDay: first + Int64(index)) }
        return report
    }

    /// Howard Hinnant, "chrono-compatible low-level date algorithms": the civil date of a day since 1970.
    static func date(ofDay day: Int64) -> String {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let part = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * part + 2) / 5 + 1
        let month = part < 10 ? part + 3 : part - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(two(month))-\(two(dayOfMonth))"
    }
}
