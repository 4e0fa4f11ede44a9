/// How many connections a site is trusted with, learnt from how it takes them: the congestion control of Postfix's
/// queue manager (SCHEDULER_README, "Concurrency scheduling", by Wietse Venema and Patrik Rak).
///
/// Every delivery that reaches the site adds *positive feedback*, every connection that fails takes *negative feedback*
/// away; when the sum has passed a whole number (the hysteresis), the window moves by so much. With `1/concurrency` for
/// both, a window of `n` needs `n` successes to grow by one and `n` failures to shrink by one, so it settles where the
/// site is full, instead of swinging between twice that and nothing as with constant feedback.
///
/// One failure says little when a hundred connections are open. So failures are counted in *pseudo-cohorts*: each counts
/// `1/window`, a cohort has failed when they add up to 1 with no success between, and after `failedCohorts` of them the
/// site is dead until it is probed, with a window of 1.
package struct ConcurrencyFeedback: Sendable {
    package enum Amount: Hashable, Sendable {
        case constant(Double)
        /// So much over the window.
        case perWindow(Double)

        func value(at window: Int) -> Double {
            switch self {
            case .constant(let value): Self.sane(value)
            case .perWindow(let value): Self.sane(value) / Double(max(1, window))
            }
        }

        /// More than a million is a whole window at once, and so is infinity.
        private static func sane(_ value: Double) -> Double { value > 0 ? min(value, 1e6) : 0 }
    }

    package struct Options: Hashable, Sendable {
        package var positive = Amount.perWindow(1)
        package var negative = Amount.perWindow(1)
        /// Cohorts that fail in a row before the site counts as dead; more than 0.
        package var failedCohorts = 1.0
        /// The window of a site that nothing is known of.
        package var initial = 5
        /// The window of a site that was dead and has answered a probe; `nil`: as of one that nothing is known of.
        package var revived: Int?

        package init() {}
    }

    /// Every site has one of these, and nearly all have the same options.
    private final class Shared: Sendable {
        let options: Options
        init(_ options: Options) { self.options = options }
    }

    private let shared: Shared
    private var largest: Int32
    private var present: Int32
    private var success = 0.0
    private var failure = 0.0
    private var cohorts = 0.0
    /// Nothing gets through: one connection may probe, when the caller thinks it is time.
    package private(set) var isDead = false
    /// Sums of thirds and sevenths must reach 1 as if they were exact.
    private static let epsilon = 1e-6

    package init(limit: Int, options: Options = Options()) {
        shared = Shared(options)
        largest = Int32(clamping: max(1, limit))
        present = min(Int32(clamping: max(1, options.initial)), largest)
    }

    /// As new, for another site: copies share their options.
    package func fresh(limit: Int) -> ConcurrencyFeedback {
        var copy = self
        copy.largest = Int32(clamping: max(1, limit))
        copy.present = min(Int32(clamping: max(1, options.initial)), copy.largest)
        (copy.success, copy.failure, copy.cohorts, copy.isDead) = (0, 0, 0, false)
        return copy
    }

    package var options: Options { shared.options }

    /// The largest window.
    package private(set) var limit: Int {
        get { Int(largest) }
        set { largest = Int32(clamping: newValue) }
    }

    /// Connections at once; at least 1.
    package private(set) var window: Int {
        get { Int(present) }
        set { present = Int32(clamping: newValue) }
    }

    /// A conversation came about.
    /// - Parameter busy: connections in use. A window that is not used up does not grow: nothing was learnt.
    package mutating func succeeded(busy: Int) {
        cohorts = 0
        if isDead {
            isDead = false
            window = min(max(1, options.revived ?? options.initial), limit)
            success = 0
            failure = 0
            return
        }
        guard window < limit, busy >= window else { return }
        success += options.positive.value(at: window)
        let whole = (success + Self.epsilon).rounded(.down)
        guard whole >= 1 else { return }
        success = max(0, success - whole)
        failure = 0
        window = min(limit, window + Int(min(whole, Double(limit))))
    }

    /// A connection could not be made, or was ended before anything was said about a delivery.
    /// - Parameter busy: connections in use; `nil`: the whole window. A site with one connection has failed when that
    ///   one has, however many it might have.
    package mutating func failed(busy: Int? = nil) {
        guard !isDead else { return }
        cohorts += 1 / Double(max(1, busy ?? window))
        if cohorts + Self.epsilon >= max(Self.epsilon, options.failedCohorts) {
            isDead = true
            window = 1
            success = 0
            failure = 0
            cohorts = 0
            return
        }
        shrink()
    }

    /// The site answers and wants fewer: that alone, however often, does not make it dead.
    package mutating func slowed() {
        if !isDead { shrink() }
    }

    private mutating func shrink() {
        failure += options.negative.value(at: window)
        let whole = (failure + Self.epsilon).rounded(.down)
        guard whole >= 1 else { return }
        failure = max(0, failure - whole)
        success = 0
        window = max(1, window - Int(min(whole, Double(window))))
    }

    /// The configuration allows more or fewer.
    package mutating func change(limit: Int) {
        self.limit = max(1, limit)
        window = min(window, self.limit)
    }
}
