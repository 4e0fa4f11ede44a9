/// The rules in force, most specific first. Immutable; a reload makes another.
///
/// **Which rule decides.** For one counter, say that of a site, each figure comes from the most specific rule that
/// states it: a rule for one provider may be looser than the one for all sites. Counters of different scopes do not
/// replace each other: site, source, tenant and campaign must all agree.
package struct ThrottleTable: Sendable {
    private let rules: [ThrottleRule]
    private let scopes: Set<ThrottleScope>

    package static let empty = ThrottleTable()

    private init() {
        rules = []
        scopes = []
    }

    /// - Throws: `ThrottleTableFailure` for rules that contradict each other or limit nothing.
    package init(_ rules: [ThrottleRule]) throws(ThrottleTableFailure) {
        for (place, rule) in rules.enumerated() {
            let limits = rule.limits
            if limits == ThrottleLimits() { throw ThrottleTableFailure(place, .limitsNothing) }
            if let connections = limits.connections, connections < 1 { throw .init(place, .notPositive) }
            if let messages = limits.messagesPerConnection, messages < 1 { throw .init(place, .notPositive) }
            if case .provider = rule.match.source { throw .init(place, .notASite) }
            if case .provider = rule.match.pattern, rule.match.scope != .site, rule.match.scope != .siteAndSource {
                throw .init(place, .notASite)
            }
            for (other, earlier) in rules[..<place].enumerated() where earlier.match == rule.match {
                if limits.overlaps(earlier.limits) { throw .init(place, .contradicts(other)) }
            }
        }
        self.rules = rules.sorted { $0.match.rank > $1.match.rank }
        scopes = Set(rules.map(\.match.scope))
    }

    package var isEmpty: Bool { rules.isEmpty }

    func has(_ scope: ThrottleScope) -> Bool { scopes.contains(scope) }

    /// Whether something is limited whose mail goes to several sites.
    var reachesBeyondSites: Bool { has(.tenant) || has(.campaign) || has(.source) }

    /// Whether new connections are limited by something whose mail goes to several sites.
    var ratesConnectionsBeyondSites: Bool {
        rules.contains {
            switch $0.match.scope {
            case .tenant, .campaign, .source: $0.limits.connectionRate != nil
            case .site, .siteAndSource: false
            }
        }
    }

    /// What limits a counter, each figure with the rule that states it. `nil`: nothing does.
    func terms(for key: MeterKey) -> MeterTerms? {
        guard has(key.scope) else { return nil }
        var terms = MeterTerms()
        for place in rules.indices where rules[place].match.matches(key) {
            let rule = rules[place]
            let limits = rule.limits
            terms.messageRate = terms.messageRate ?? limits.messageRate.map { Figure(value: $0, rule: rule.name) }
            terms.connectionRate =
                terms.connectionRate ?? limits.connectionRate.map { Figure(value: $0, rule: rule.name) }
            terms.connections = terms.connections ?? limits.connections.map { Figure(value: $0, rule: rule.name) }
            terms.messagesPerConnection =
                terms.messagesPerConnection ?? limits.messagesPerConnection.map { Figure(value: $0, rule: rule.name) }
        }
        return terms == MeterTerms() ? nil : terms
    }
}

package struct ThrottleTableFailure: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// The rule states no figure.
        case limitsNothing
        /// Zero or negative connections or messages.
        case notPositive
        /// Only sites have a provider.
        case notASite
        /// The rule at that place states the same figure for the same match.
        case contradicts(Int)
    }

    /// The place of the rule in the list.
    package var rule: Int
    package var reason: Reason

    init(_ rule: Int, _ reason: Reason) {
        self.rule = rule
        self.reason = reason
    }
}

/// One number and the rule it comes from.
struct Figure<Value: Hashable & Sendable>: Hashable, Sendable {
    var value: Value
    var rule: String
}

/// What limits one counter.
struct MeterTerms: Hashable, Sendable {
    var messageRate: Figure<RateLimit>?
    var connectionRate: Figure<RateLimit>?
    var connections: Figure<Int>?
    var messagesPerConnection: Figure<Int>?
}

extension ThrottleLimits {
    fileprivate func overlaps(_ other: Self) -> Bool {
        messageRate != nil && other.messageRate != nil || connectionRate != nil && other.connectionRate != nil
            || connections != nil && other.connections != nil
            || messagesPerConnection != nil && other.messagesPerConnection != nil
    }
}
