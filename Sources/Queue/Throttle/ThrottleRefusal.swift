package import Mail

/// Why a limit does not let something pass now: what `explain` shows.
package struct ThrottleRefusal: Hashable, Sendable {
    package enum Limit: Hashable, Sendable {
        case messageRate(RateLimit)
        case connectionRate(RateLimit)
        /// As many as are in use.
        case connections(Int)
    }

    /// The name of the rule that states the figure.
    package var rule: String
    /// Whose counter it is.
    package var key: MeterKey
    package var limit: Limit
    /// When this limit and every other one that was asked will agree, if nothing else passes before. `nil`: when a
    /// connection ends, which has no time.
    package var earliest: MonotonicInstant?
}
