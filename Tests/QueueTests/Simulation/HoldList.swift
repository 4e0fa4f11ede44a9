import Mail

@testable import Queue

/// The suspensions of a world, kept as a list and looked through from end to end.
struct HoldList {
    private var entries: [(scope: Hold.Scope, until: MonotonicInstant?)] = []

    mutating func add(_ scope: Hold.Scope, until: MonotonicInstant?) { entries.append((scope, until)) }

    mutating func remove(_ scope: Hold.Scope) { entries.removeAll { $0.scope == scope } }

    func contains(_ scope: Hold.Scope, at now: MonotonicInstant) -> Bool {
        entries.contains { $0.scope == scope && ($0.until.map { $0 + .milliseconds(2) > now } ?? true) }
    }

    /// A hold in force that covers the batch.
    func first(covering pull: SimulatedPull, _ plan: SimulationPlan, at now: MonotonicInstant) -> Hold.Scope? {
        let source = pull.source.map { plan.options.egress.sources[$0].name }
        for entry in entries {
            if let until = entry.until, until <= now { continue }
            let covers: Bool
            switch entry.scope {
            case .site(let site): covers = site == pull.site
            case .source(let name): covers = name == source
            case .siteAndSource(let site, let name): covers = site == pull.site && name == source
            case .tenant(let tenant): covers = tenant == pull.message.tenant
            case .siteAndTenant(let site, let tenant): covers = site == pull.site && tenant == pull.message.tenant
            case .campaign(let campaign): covers = campaign == pull.message.campaign
            }
            if covers { return entry.scope }
        }
        return nil
    }
}
