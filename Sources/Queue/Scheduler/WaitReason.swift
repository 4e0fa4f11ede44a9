package import Mail

/// Why a delivery is not on its way at this moment: what `explain` shows.
package enum WaitReason: Hashable, Sendable {
    /// It is: a lane carries it now.
    case underWay
    /// The submission asked for a later time.
    case scheduled(until: MonotonicInstant)
    /// The last attempt was deferred.
    case retry(DeferralReason?, attempts: Int, until: MonotonicInstant)
    /// The route to its destination is being looked up.
    case routing
    /// The site could not be reached; one delivery will probe it.
    case siteBackOff(site: String, DeferralReason?, until: MonotonicInstant)
    /// Every connection the site is allowed is busy.
    case siteConnections(site: String, limit: Int)
    /// Every connection the shard is allowed is busy with other sites.
    case shardConnections(limit: Int)
    /// A limit of the configuration is used up. Others may go first when it no longer is.
    case throttled(ThrottleRefusal)
    /// A suspension by an operator, a rule, or the health of the only sources it may take.
    case held(Hold)
    /// Today's cap of a warm-up or a quota is used up.
    case daily(DailyRefusal)
    /// A lane is about to take it, or others of its site go first.
    case turn(site: String)
    /// The queue does not carry anything at present.
    case suspended(Suspension)
}

/// Why the whole queue rests.
package enum Suspension: UInt8, Hashable, Sendable, CaseIterable {
    /// The journal cannot be written: outcomes would be lost, and mail sent twice after a restart.
    case journal
    /// The process is about to end.
    case draining
}
