import Mail

@testable import Queue

/// The rules of a world as their author means them: for one counter, each figure from the most specific rule that has it.
struct RuleBook {
    struct Terms {
        var messageRate: RateLimit?
        var connectionRate: RateLimit?
        var connections: Int?
        var messagesPerConnection: Int?
    }

    private let rules: [ThrottleRule]

    init(_ rules: [ThrottleRule]) { self.rules = rules }

    /// All counters that a batch is counted by.
    static func keys(of pull: SimulatedPull, _ plan: SimulationPlan) -> [MeterKey] {
        var keys = [MeterKey(.site, pull.site), MeterKey(.tenant, "\(pull.message.tenant)")]
        if let campaign = pull.message.campaign { keys.append(MeterKey(.campaign, "\(campaign)")) }
        if let source = pull.source {
            let name = plan.options.egress.sources[source].name
            keys.append(MeterKey(.source, name))
            keys.append(MeterKey(.siteAndSource, pull.site, source: name))
        }
        return keys
    }

    func terms(_ key: MeterKey) -> Terms {
        var terms = Terms()
        // From the least to the most specific, so that the last one counts.
        let matching = rules.filter { matches($0.match, key) }.sorted { rank($0.match) < rank($1.match) }
        for rule in matching {
            if let rate = rule.limits.messageRate { terms.messageRate = rate }
            if let rate = rule.limits.connectionRate { terms.connectionRate = rate }
            if let count = rule.limits.connections { terms.connections = count }
            if let count = rule.limits.messagesPerConnection { terms.messagesPerConnection = count }
        }
        return terms
    }

    private func matches(_ match: ThrottleMatch, _ key: MeterKey) -> Bool {
        match.scope == key.scope && matches(match.pattern, key.name)
            && (key.scope != .siteAndSource || matches(match.source, key.source))
    }

    private func matches(_ pattern: ThrottleMatch.Pattern, _ name: String) -> Bool {
        switch pattern {
        case .any: return true
        case .exact(let wanted): return wanted == name
        case .provider(let provider): return name == "mx:@\(provider)"
        }
    }

    private func rank(_ match: ThrottleMatch) -> Int { level(match.pattern) * 10 + level(match.source) }

    private func level(_ pattern: ThrottleMatch.Pattern) -> Int {
        switch pattern {
        case .any: 0
        case .provider: 1
        case .exact: 2
        }
    }
}
