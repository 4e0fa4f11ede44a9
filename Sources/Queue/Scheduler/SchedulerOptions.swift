package import Mail

/// How the scheduler shares out lanes and when it tries again.
package struct SchedulerOptions: Sendable {
    /// For one deferred delivery, by class of reason and stream.
    package var retryPlan = RetryPlan()
    /// For what the plan has no policy of its own.
    package var retry: RetryPolicy {
        get { retryPlan.policy }
        set { retryPlan.policy = newValue }
    }
    /// What replies mean.
    package var bounceRules = BounceRules.shipped
    /// For a site that cannot be reached.
    package var siteBackOff = RetryPolicy(first: .seconds(60), factor: 2, cap: .seconds(1800), jitter: 0.1)
    /// Time in the queue after which a delivery is given up, counted from acceptance or, for a scheduled message, from
    /// its `notBefore`. RFC 5321 §4.5.4.1: at least 4-5 days.
    package var lifetime = Duration.seconds(5 * 24 * 3600)
    /// Deliveries a tenant may send in its turn when several wait for one site.
    package var quantum = 10
    /// While broadcast mail waits for a site, at least one batch in so many is broadcast. At least 2.
    package var broadcastFloor = 5
    /// Batches under way at once in one shard, over all its sites.
    package var lanes = 2_000
    /// Batches a lane carries before it makes room, when other sites wait because `lanes` is reached.
    package var batchesPerTurn = 20
    /// A site without mail is forgotten, with what is known of its health, after this time.
    package var siteIdle = Duration.seconds(120)
    /// Rates and connection limits by site, source, (site, source), tenant and campaign.
    package var throttles = ThrottleTable.empty
    /// How many lanes a site is trusted with, below its limit.
    package var feedback = Self.steadyFeedback
    /// Sources and pools.
    package var egress = EgressTable.none
    /// Deliveries that a source may be ahead of its share of a pool at a site whose connections are limited and all in
    /// use, so that a lane need not close its connection for each batch; 0: none. Elsewhere shares are exact.
    package var sourceLead = 16
    /// The health of sources; `nil`: nobody looks.
    package var sourceWatch: SourceWatch?
    /// Quotas and warm-up; `nil`: there are none.
    package var daily: (any DailyLedger)?
    /// The rules for replies; `nil`: there are none.
    package var shaping: (any ShapingDesk)?

    package init() {}

    /// A site begins with 5 lanes and earns one more for as many successes as it has: 20 after 180 deliveries, a moment
    /// where they are quick. A connection that fails takes one lane away at once.
    private static var steadyFeedback: ConcurrencyFeedback.Options {
        var options = ConcurrencyFeedback.Options()
        options.negative = .constant(1)
        options.revived = 2
        return options
    }
}
