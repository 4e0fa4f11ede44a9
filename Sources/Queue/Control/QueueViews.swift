package import Mail

/// The queue at one moment, in figures. Sums over all shards.
package struct QueueSummary: Sendable {
    package var counts = QueueCounts()
    /// Those with mail, the fullest first.
    package var tenants: [TenantLine] = []
    package var campaigns: [CampaignLine] = []
    /// All that are configured, in their order.
    package var sources: [SourceLine] = []
    package var holds: [Hold] = []
    package var limits: [TemporaryLimit] = []
    /// Why the whole queue rests; empty when it does not.
    package var suspensions: [Suspension] = []
    /// Since the start, by verdict.
    package var delivered = 0
    package var deferred = 0
    package var bounced = 0

    package init() {}
}

package struct TenantLine: Hashable, Sendable {
    package var tenant: UUIDv7
    package var transactional: Int
    package var broadcast: Int
}

package struct CampaignLine: Hashable, Sendable {
    package var campaign: UUIDv7
    package var tenant: UUIDv7
    package var deliveries: Int
}

package struct SourceLine: Hashable, Sendable {
    package var name: String
    /// Batches under way from it.
    package var lanes: Int
    /// Since the start.
    package var delivered: Int
    package var deferred: Int
    package var bounced: Int
    /// `nil`: it is well.
    package var trouble: String?
}

/// One site in full.
package struct SiteDetail: Sendable {
    package var view: SiteView
    /// Deliveries that wait for their next attempt and went to this site last.
    package var waiting: Int
    package var transactional: Int
    package var broadcast: Int
    package var tenants: [TenantLine]
    package var sources: [SiteSourceLine]
    package var holds: [Hold]
    package var limits: [TemporaryLimit]
    /// What limits it by configuration: each figure with the rule that states it, as `message_rate 100/s (limits[2])`.
    package var throttles: [String]
    /// What would keep the next delivery back now.
    package var reason: WaitReason?
    package var oldest: WallTime?
    /// Counted since the site was last made: attempts by verdict.
    package var delivered: Int
    package var deferred: Int
    package var bounced: Int
    /// The last reply that was not a success.
    package var lastReply: String?

    /// All of it: ready, under way, and waiting.
    var deliveries: Int { view.ready + view.carried + waiting }
}

package struct SiteSourceLine: Hashable, Sendable {
    package var source: String
    package var lanes: Int
    package var delivered: Int
    /// What keeps this source from sending to this site now.
    package var reason: WaitReason?
}

/// Why one delivery is where it is.
package struct DeliveryExplanation: Sendable {
    /// The place in the envelope.
    package var recipient: UInt32
    package var destination: Domain
    /// `nil`: its route is not known at present.
    package var site: String?
    package var pool: String?
    package var reason: WaitReason
    /// The rule or limit with its figures is in the reason. The soonest time at which the delivery can leave, as far as
    /// this reason goes; `nil`: it depends on somebody's decision, or on a connection that becomes free.
    package var earliest: MonotonicInstant?
    package var attempts: Int
    /// Why the last attempt failed.
    package var lastReason: DeferralReason?
    /// When it is given up.
    package var expiry: MonotonicInstant
}
