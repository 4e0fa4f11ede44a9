/// What became of one reply.
package struct ShapingReading: Sendable {
    /// The rules that count for it, by their places in `ShapingRules.rules`, most specific first.
    package var matched: [Int]
    /// Those of them that acted: no threshold, or reached.
    package var fired: [Int] = []
    package var verdict = ShapingVerdict.nothing
}

/// What a rule has done since the process began, or since the rule was written.
package struct ShapingFigures: Hashable, Sendable {
    package var rule: String
    /// Replies.
    package var matched = 0
    /// Replies at which it acted.
    package var fired = 0
    /// Measures that stand now: suspensions and limits.
    package var standing = 0
}
