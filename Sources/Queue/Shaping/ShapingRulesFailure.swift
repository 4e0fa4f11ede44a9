/// Why a list of rules cannot be used.
package struct ShapingRulesFailure: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        case tooMany(limit: Int)
        /// The rule at that place has the same name.
        case sameName(Int)
        /// The rule at that place has the same place, pattern and trigger.
        case overlaps(Int)
        /// Neither code nor status nor text.
        case matchesEverything
        case noActions
        /// The same action twice, or two that contradict each other: `suspend` with `failover`, `slow` with `limit`,
        /// two of `bounce`, `retry-in` and `failover`.
        case contradictoryActions
        /// A share outside 0...1, both ends excluded; a limit without figures or below 1.
        case badFigure
        /// Zero, negative, or longer than allowed.
        case badDuration
        case badThreshold
        /// An action that lasts has no duration.
        case needsDuration
        /// Only what lasts has one.
        case uselessDuration
        /// `slow` and `limit` act on a site or site and source, `failover` on site and source alone.
        case wrongScope(ShapingScope)
    }

    /// The place of the rule in the list.
    package var rule: Int
    package var reason: Reason

    init(_ rule: Int, _ reason: Reason) {
        self.rule = rule
        self.reason = reason
    }
}
