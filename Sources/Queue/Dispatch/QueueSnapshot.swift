package import Mail

/// The queue at one moment, for people and metrics.
package struct QueueSnapshot: Sendable {
    package var counts: QueueCounts
    /// Sites with mail or in trouble, the fullest first.
    package var sites: [SiteView]
}

/// One site's queue as people see it.
package struct SiteView: Hashable, Sendable {
    package var name: String
    package var shard: Int
    package var ready: Int
    package var carried: Int
    package var lanes: Int
    /// Lanes it may have at present.
    package var allowance: Int
    /// It could not be reached and rests until then.
    package var backOffUntil: MonotonicInstant?
    package var reason: DeferralReason?
}

extension Scheduler {
    var snapshotCounts: QueueCounts {
        var counts = self.counts
        counts.messages = messages.count
        counts.sites = sites.count
        counts.cachedBytes = bodies.bytes
        return counts
    }

    func siteViews(shard: Int) -> [SiteView] { siteNumbers.numbers.map { view(of: $0, shard: shard) } }
}
