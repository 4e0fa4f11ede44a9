package import Mail

/// Why a delivery is where it is, in one word of the public contract. The raw value is what the API shows: never rename
/// one.
package enum WaitCode: String, Hashable, Sendable, CaseIterable {
    /// Today's cap of a source's warm-up is used up, or the warm-up is held.
    case warmupCap = "warmup_cap"
    case siteRate = "site_rate"
    case siteConnections = "site_connections"
    case sourceRate = "source_rate"
    case tenantRate = "tenant_rate"
    case campaignRate = "campaign_rate"
    /// Today's quota of a tenant or a campaign is used up.
    case quota
    case suspendedByRule = "suspended_by_rule"
    /// Suspended by an operator.
    case paused
    case sourceUnavailable = "source_unavailable"
    case retryWait = "retry_wait"
    case scheduled
    case dns
    case disk
    case draining
    case siteBackoff = "site_backoff"
    case shardConnections = "shard_connections"
    case turn
    case underWay = "under_way"
}

/// What keeps a delivery, a site or a source back, as people read it.
package struct WaitReport: Hashable, Sendable {
    package var code: WaitCode
    /// One or two plain sentences: what is the matter, and when or by what it ends.
    package var detail: String
    /// The rule or limit, where it is one.
    package var limit: LimitFigure?
    /// The suspension, where it is one.
    package var hold: HoldReport?
    /// The soonest time at which it ends; `nil` when somebody decides that, or a connection that becomes free.
    package var earliest: WallTime?

    package struct LimitFigure: Hashable, Sendable {
        /// The rule's name in the configuration or in `shaping.yaml`; where no rule is named, the kind of limit.
        package var rule: String
        /// e.g. `100/min`, `20 connections`, `2000/day`.
        package var figure: String
        /// How much of it is in use, where that is a number.
        package var used: Int?
    }
}
