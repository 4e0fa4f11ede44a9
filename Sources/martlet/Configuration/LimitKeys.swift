import MTA
import Mail
import Queue

/// `limits` and `provider_sites`.
///
/// A limit that could never let anything pass, that two rules state differently for the same match, or that nothing
/// obeys is refused with its line.
extension Configuration {
    mutating func readLimits(_ section: ConfigurationSection) {
        rollsUpProviders = section.flag("provider_sites", default: rollsUpProviders)
        let entries = section.sections("limits")
        var rules: [ThrottleRule] = []
        for entry in entries {
            let rule = limitRule(entry)
            if let name = rule.match.sourceName, !sourceNames.contains(name) {
                let known = sourceNames.isEmpty ? "there are none" : sourceNames.joined(separator: ", ")
                entry.problem("match", "'\(name)' is none of the sources: \(known)")
            }
            rules.append(rule)
            entry.finish()
        }
        limitRules = rules
        do { queue.scheduler.throttles = try ThrottleTable(rules) } catch {
            let entry = entries[error.rule]
            switch error.reason {
            case .limitsNothing:
                let figures = "message_rate, connection_rate, connections or messages_per_connection"
                // A figure that could not be read has been told already.
                if !Self.figures.contains(where: entry.has) { entry.problem("", "limits nothing: needs \(figures)") }
            case .notPositive: entry.problem("", "a limit must be at least 1")
            case .notASite: entry.problem("match", "only sites have a provider")
            case .contradicts(let other):
                entry.problem("match", "states a figure that limits[\(other)] states for the same match")
            }
        }
    }

    private static let figures = ["message_rate", "connection_rate", "connections", "messages_per_connection"]

    /// One entry of a list of limits, here or in `shaping.yaml`.
    func limitRule(_ entry: ConfigurationSection) -> ThrottleRule {
        let match = match(entry)
        let name = entry.text("name", default: match.map(\.words) ?? "*")
        if case .provider(let provider)? = match?.pattern {
            if !Provider.names.contains(provider) {
                entry.problem(
                    "match", "'\(provider)' is none of the providers: \(Provider.names.joined(separator: ", "))")
            } else if !rollsUpProviders {
                entry.problem("match", "a provider has no site of its own with provider_sites: false")
            }
        }
        let limits = Self.limitFigures(entry)
        if limits.messagesPerConnection != nil {
            switch match?.scope {
            case .tenant, .campaign:
                entry.problem("messages_per_connection", "is for sites and sources: their mail shares connections")
            case .site, .source, .siteAndSource, nil: break
            }
        }
        return ThrottleRule(name, match ?? .site(.any), limits)
    }

    /// The figures of an entry; none of them has to be there.
    static func limitFigures(_ entry: ConfigurationSection) -> ThrottleLimits {
        var limits = ThrottleLimits()
        limits.messageRate = rate(entry, "message_rate", burst: "burst")
        limits.connectionRate = rate(entry, "connection_rate", burst: "connection_burst")
        if entry.has("connections") { limits.connections = entry.number("connections", default: 1, in: 1...10_000) }
        if entry.has("messages_per_connection") {
            limits.messagesPerConnection = entry.number("messages_per_connection", default: 1, in: 1...10_000_000)
        }
        return limits
    }

    private static func rate(_ entry: ConfigurationSection, _ key: String, burst burstKey: String) -> RateLimit? {
        let text = entry.parsed(key, as: "a rate above zero such as 100/s, 5/10m, 5000/h or 1/d", RateText.parse)
        let burst = entry.has(burstKey) ? entry.number(burstKey, default: 1, in: 1...1_000_000_000) : nil
        if burst != nil, !entry.has(key) { entry.problem(burstKey, "is a burst of \(key), which is not there") }
        guard let text else { return nil }
        guard let rate = RateLimit(count: text.count, per: text.period, burst: burst) else {
            entry.problem(key, "takes more than a year for one, or years for its burst")
            return nil
        }
        return rate
    }

    private func match(_ entry: ConfigurationSection) -> ThrottleMatch? {
        guard entry.has("match") else {
            entry.problem("match", "is needed: \(LimitMatchText.expected)")
            return nil
        }
        guard entry.isMapping("match") else {
            return entry.parsed("match", as: LimitMatchText.expected, LimitMatchText.parse)
        }
        let section = entry.section("match")
        let match = LimitMatchText.read(section)
        section.finish()
        return match
    }
}

extension ThrottleMatch {
    /// The one source that it is about, if it is about one.
    fileprivate var sourceName: String? {
        switch (scope, pattern, source) {
        case (.source, .exact(let name), _), (.siteAndSource, _, .exact(let name)): name
        case (.source, .any, _), (.source, .provider, _), (.siteAndSource, _, .any), (.siteAndSource, _, .provider),
            (.site, _, _), (.tenant, _, _), (.campaign, _, _):
            nil
        }
    }

    /// As the file would write it, for rules without a name.
    fileprivate var words: String {
        switch scope {
        case .site: pattern == .any ? "*" : pattern.words("site")
        case .source: pattern.words("source")
        case .siteAndSource: "\(pattern.words("site")) \(source.words("source"))"
        case .tenant: pattern.words("tenant")
        case .campaign: pattern.words("campaign")
        }
    }
}

extension ThrottleMatch.Pattern {
    fileprivate func words(_ scope: String) -> String {
        switch self {
        case .any: "\(scope):*"
        case .provider(let name): "provider:\(name)"
        case .exact(let name): "\(scope):\(name)"
        }
    }
}

/// Rates as operators write them: a count, a slash, and a time of which the number may be left out.
enum RateText {
    static func parse(_ text: String) -> (count: Int, period: Duration)? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Int(parts[0]), count > 0, let first = parts[1].first else { return nil }
        let period = first.isNumber ? String(parts[1]) : "1\(parts[1])"
        guard let duration = DurationText.parse(period), duration > .zero else { return nil }
        return (count, duration)
    }
}
