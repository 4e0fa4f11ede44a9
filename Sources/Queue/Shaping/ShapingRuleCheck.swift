import Mail

extension ShapingRule {
    /// 30 days.
    package static let longestDuration = Duration.seconds(30 * 86_400)
    package static let longestPeriod = Duration.seconds(7 * 86_400)
    package static let thresholdLimit = 1_000
    static let ruleLimit = 4_096

    /// What is wrong with the rule by itself.
    func problem() -> ShapingRulesFailure.Reason? {
        if pattern.isEmpty { return .matchesEverything }
        if actions.isEmpty { return .noActions }
        if case .threshold(let count, let period) = trigger {
            guard (2...Self.thresholdLimit).contains(count), period > .zero, period <= Self.longestPeriod else {
                return .badThreshold
            }
        }
        if let reason = actionProblem() { return reason }
        let lasts = actions.contains(where: \.lasts)
        if let duration {
            guard lasts else { return .uselessDuration }
            guard duration > .zero, duration <= Self.longestDuration else { return .badDuration }
        } else if lasts {
            return .needsDuration
        }
        return nil
    }

    private func actionProblem() -> ShapingRulesFailure.Reason? {
        var holds = 0
        var limits = 0
        var decisions = 0
        for action in actions {
            switch action {
            case .suspend: holds += 1
            case .failover:
                holds += 1
                decisions += 1
                if scope != .siteAndSource { return .wrongScope(scope) }
            case .slow(let share):
                limits += 1
                guard share > 0, share < 1 else { return .badFigure }
                if scope == .tenant { return .wrongScope(scope) }
            case .limit(let figures):
                limits += 1
                guard figures != ThrottleLimits(), figures.connections ?? 1 > 0, figures.messagesPerConnection ?? 1 > 0
                else { return .badFigure }
                if scope == .tenant { return .wrongScope(scope) }
            case .bounce: decisions += 1
            case .retry(let time):
                decisions += 1
                guard time > .zero, time <= Self.longestDuration else { return .badDuration }
            }
        }
        return holds > 1 || limits > 1 || decisions > 1 ? .contradictoryActions : nil
    }

    static func check(_ rules: [ShapingRule]) throws(ShapingRulesFailure) {
        guard rules.count <= ruleLimit else { throw ShapingRulesFailure(ruleLimit, .tooMany(limit: ruleLimit)) }
        var names: [String: Int] = [:]
        var matches: [Condition: Int] = [:]
        for (number, rule) in rules.enumerated() {
            if let reason = rule.problem() { throw ShapingRulesFailure(number, reason) }
            if let other = names.updateValue(number, forKey: rule.name) {
                throw ShapingRulesFailure(number, .sameName(other))
            }
            if let other = matches.updateValue(number, forKey: Condition(rule)) {
                throw ShapingRulesFailure(number, .overlaps(other))
            }
        }
    }

    /// What two rules must not share: one of them would be in the other's way, and nobody could say which.
    private struct Condition: Hashable {
        var places: [Set<String>]
        var codes: Set<BounceRule.CodePattern>
        var statuses: Set<BounceRule.StatusPattern>
        var phrases: Set<ShapingPhrase>
        var trigger: ShapingTrigger

        init(_ rule: ShapingRule) {
            let place = rule.place
            places = [Set(place.providers), Set(place.sites), Set(place.exits), Set(place.hosts)]
            codes = Set(rule.pattern.codes)
            statuses = Set(rule.pattern.statuses)
            phrases = Set(rule.pattern.phrases)
            trigger = rule.trigger
        }
    }
}
