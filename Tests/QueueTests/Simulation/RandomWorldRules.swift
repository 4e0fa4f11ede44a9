import Mail

@testable import Queue

/// What an operator does to a random world, and the limits that are in force there.
extension RandomWorld {
    static func verbs(
        _ hours: Int, _ traffic: Int, _ sites: [String], _ sources: [String], setsClock: Bool,
        _ random: inout SplitMix64
    ) -> [ScriptedVerb] {
        var verbs: [ScriptedVerb] = []
        func time(_ random: inout SplitMix64) -> Duration { .milliseconds(random.within(0...(hours * 3_600_000))) }
        if random.chance(3) {
            let begin = time(&random)
            verbs.append(ScriptedVerb(at: begin, .suspend(.journal)))
            verbs.append(ScriptedVerb(at: begin + .seconds(random.within(1...900)), .resume(.journal)))
        }
        if random.chance(2) {
            let count = random.within(1...30)
            verbs.append(
                ScriptedVerb(at: time(&random), .cancel(traffic: random.within(0...(traffic - 1)), last: count)))
        }
        if random.chance(3) {
            verbs.append(ScriptedVerb(at: time(&random), .stall(.milliseconds(random.within(1...600_000)))))
        }
        if setsClock, random.chance(3) {
            let seconds = random.within(0...200_000) - 100_000
            verbs.append(ScriptedVerb(at: time(&random), .setWall(.seconds(seconds))))
        }
        for _ in 0..<(random.chance(2) ? random.within(1...4) : 0) {
            let scope = scope(sites, sources, &random)
            let begin = time(&random)
            verbs.append(
                ScriptedVerb(
                    at: begin, .hold(scope, random.chance(2) ? .milliseconds(random.within(1...3_000_000)) : nil)))
            if random.chance(2) {
                verbs.append(ScriptedVerb(at: begin + .milliseconds(random.within(1...4_000_000)), .release(scope)))
            }
        }
        return verbs
    }

    /// Flush, bounce and re-route, drawn after everything else of a world.
    static func selections(_ hours: Int, _ domains: [Domain], _ random: inout SplitMix64) -> [ScriptedVerb] {
        var verbs: [ScriptedVerb] = []
        for _ in 0..<(random.chance(2) ? random.within(1...5) : 0) {
            var selector = QueueSelector()
            switch random.within(0...3) {
            case 0: selector.tenant = tenants[random.within(0...2)]
            case 1: selector.campaign = campaigns[random.within(0...2)]
            case 2: selector.destination = domains[random.within(0...(domains.count - 1))]
            default: selector.everything = true
            }
            let action: ScriptedVerb.Action
            switch random.within(0...4) {
            case 0, 1: action = .flush(selector)
            case 2: action = .bounce(selector)
            default:
                // Of messages as a whole, so by what a whole message has.
                selector.everything = selector.everything || selector.destination != nil
                selector.destination = nil
                action = .reroute(selector, pool: random.chance(3) ? nil : random.chance(3) ? "main" : "spare")
            }
            verbs.append(ScriptedVerb(at: .milliseconds(random.within(0...(hours * 3_600_000))), action))
        }
        return verbs
    }

    private static func scope(_ sites: [String], _ sources: [String], _ random: inout SplitMix64) -> Hold.Scope {
        let site = sites[random.within(0...(sites.count - 1))]
        let tenant = tenants[random.within(0...2)]
        let source = sources.isEmpty ? "ip0" : sources[random.within(0...(sources.count - 1))]
        switch random.within(0...5) {
        case 0: return .site(site)
        case 1: return .source(source)
        case 2: return .siteAndSource(site: site, source: source)
        case 3: return .tenant(tenant)
        case 4: return .siteAndTenant(site: site, tenant: tenant)
        default: return .campaign(campaigns[random.within(0...2)])
        }
    }

    /// Each match once, so that no two contradict each other.
    static func rules(
        _ sites: [SiteScript], _ sources: [String], _ random: inout SplitMix64
    ) -> [ThrottleRule] {
        var matches: [ThrottleMatch] = [.site(.any), .tenant(.any), .campaign(.any)]
        if !sources.isEmpty { matches += [.source(.any), .site(.any, source: .any)] }
        matches += sources.map { .source(.exact($0)) }
        for script in sites {
            if let provider = script.provider {
                matches.append(.site(.provider(provider)))
                matches += sources.map { .site(.provider(provider), source: .exact($0)) }
            } else {
                matches.append(.site(.exact(script.site(of: 0))))
            }
        }
        matches += tenants.map { .tenant(.exact("\($0)")) }
        var rules: [ThrottleRule] = []
        for match in matches where random.chance(3) {
            var limits = ThrottleLimits()
            if random.chance(2) { limits.messageRate = random.rate(1...200) }
            if random.chance(3) { limits.connectionRate = random.rate(1...60) }
            if random.chance(3) { limits.connections = random.within(1...5) }
            if match.scope != .tenant, match.scope != .campaign, random.chance(3) {
                limits.messagesPerConnection = random.within(1...5)
            }
            if limits != ThrottleLimits() { rules.append(ThrottleRule("rule\(rules.count)", match, limits)) }
        }
        return rules
    }
}
