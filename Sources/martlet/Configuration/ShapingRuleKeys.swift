import MTA
import Mail
import Queue

/// One entry of `rules` in a `shaping.yaml`.
struct ShapingEntry {
    var rule: ShapingRule
    /// Replies that the rule must match.
    var examples: [String]
    /// The file and line, for people.
    var place: String

    /// Where a reply would come from that has the rule's place.
    var origin: (site: String, host: String) {
        let exit = rule.place.exits.first ?? "direct"
        let host = rule.place.hosts.first ?? "mx.example.net"
        let site = rule.place.sites.first ?? rule.place.providers.first.map { "\(exit):@\($0)" } ?? "\(exit):\(host)"
        // A host that is not the provider's would be none to listen to at its site (`ShapingOrigin.isForeign`).
        return (site, rule.place.hosts.isEmpty && site.contains(":@") ? "" : host)
    }
}

extension ShapingEntry {
    static let limitKeys = ["message_rate", "connection_rate", "connections", "messages_per_connection"]

    /// Reads an entry; what cannot be read is noted.
    static func read(_ section: ConfigurationSection, name: String, file: String) -> ShapingEntry {
        let place = ShapingPlace(
            providers: section.parsedOneOrMore(
                "provider", as: "one of the providers \(Provider.names.joined(separator: ", "))"
            ) { Provider.names.contains($0) ? $0 : nil },
            sites: section.parsedOneOrMore("site", as: "the name of a site", Self.word),
            exits: section.parsedOneOrMore("exit", as: "the name of a transport", Self.word),
            hosts: section.parsedOneOrMore(
                "host", as: "the end of a host's name such as protection.outlook.com", ShapingText.host))
        let phrase = "text of 4 to \(ShapingPhrase.limit) bytes before a '*', with words after each, and without '@'"
        let pattern = ShapingPattern(
            codes: section.parsedOneOrMore(
                "code", as: "a code such as 421, 42x or 4xx, from 400 to 599", BounceRule.CodePattern.init),
            statuses: section.parsedOneOrMore(
                "enhanced", as: "a status such as 4.7.28 or x.7.1", BounceRule.StatusPattern.init),
            phrases: section.parsedOneOrMore("text", as: phrase) { ShapingPhrase($0) })
        let trigger =
            section.parsed("trigger", as: ShapingText.expectedTrigger, ShapingText.trigger) ?? .immediate
        var actions = section.parsedOneOrMore("actions", as: ShapingText.expectedAction, ShapingText.action)
        if section.has("limit") {
            let figures = section.section("limit")
            let limits = Configuration.limitFigures(figures)
            figures.finish()
            if limits != ThrottleLimits() || !limitKeys.contains(where: figures.has) { actions.append(.limit(limits)) }
        }
        let figures = actions.contains {
            switch $0 {
            case .slow, .limit, .failover: true
            case .suspend, .bounce, .retry: false
            }
        }
        let scope = section.choice(
            "on", default: figures ? .siteAndSource : .tenant,
            ["site": ShapingScope.site, "site+source": .siteAndSource, "tenant": .tenant])
        let duration = section.parsed("for", as: "a duration such as 90s, 15min, 4h or 1d", ShapingText.duration)
        let continues = section.flag("continue", default: false)
        let examples = section.parsedOneOrMore("example", as: "text") { $0 }
        let rule = ShapingRule(
            name, at: place, pattern, trigger: trigger, actions: actions, on: scope, for: duration,
            continues: continues)
        return ShapingEntry(rule: rule, examples: examples, place: "\(file):\(section.line)")
    }

    private static func word(_ text: String) -> String? { text.isEmpty || text.utf8.count > 512 ? nil : text }
}

extension ShapingRulesFailure.Reason {
    /// - Parameter name: of the rule at a place.
    func words(_ name: (Int) -> String) -> (key: String, message: String) {
        switch self {
        case .tooMany(let limit): ("", "there are more than \(limit) rules")
        case .sameName(let other): ("name", "is also the name of \(name(other))")
        case .overlaps(let other):
            ("", "matches the same with the same trigger as \(name(other)): which of them should act?")
        case .matchesEverything: ("", "would match every reply: needs code, enhanced or text")
        case .noActions: ("actions", "are needed: \(ShapingText.expectedAction), or a limit")
        case .contradictoryActions: ("actions", "contradict each other, or one of them stands there twice")
        case .badFigure: ("actions", "slow takes 1% to 99%, and a limit at least one figure, each of at least 1")
        case .badDuration: ("for", "a time must be more than zero and at most 30d")
        case .badThreshold: ("trigger", "takes 2 to \(ShapingRule.thresholdLimit) replies, and a time of at most 7d")
        case .needsDuration: ("for", "is needed: how long it lasts")
        case .uselessDuration: ("for", "bounce and retry-in do not last")
        case .wrongScope(let scope):
            (
                "on",
                "'\(scope.rawValue)' does not go with the actions: slow and limit are for site or site+source, "
                    + "failover is for site+source"
            )
        }
    }
}
