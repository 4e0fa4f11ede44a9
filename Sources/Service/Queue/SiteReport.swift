package import Mail
import Queue

/// One site as `GET /v1/queue/sites` shows it.
package struct SiteReport: Sendable {
    package var name: String
    package var shard: Int
    package var ready: Int
    package var underWay: Int
    package var waiting: Int
    package var lanes: Int
    /// Connections that it may have at present.
    package var allowance: Int
    /// It could not be reached and rests until then.
    package var backOffUntil: WallTime?
    /// What was wrong at the last connection, in words.
    package var trouble: String?
    package var transactional: Int
    package var broadcast: Int
    package var tenants: [TenantLoad]
    package var sources: [SiteSourceReport]
    package var holds: [HoldReport]
    package var limits: [LimitReport]
    /// The limits of the configuration, each with its rule.
    package var throttles: [String]
    /// What would keep the next delivery back now; `nil`: nothing would.
    package var wait: WaitReport?
    package var oldest: WallTime?
    /// Attempts since the site was last made, by verdict.
    package var delivered: Int
    package var deferred: Int
    package var bounced: Int
    /// The last reply that was not a success.
    package var lastReply: String?

    /// Deliveries that go there, whatever they wait for.
    package var deliveries: Int { ready + underWay + waiting }

    init(_ detail: SiteDetail, at moment: Moment) {
        let words = WaitWords(moment: moment)
        name = detail.view.name
        shard = detail.view.shard
        ready = detail.view.ready
        underWay = detail.view.carried
        waiting = detail.waiting
        lanes = detail.view.lanes
        allowance = detail.view.allowance
        backOffUntil = moment.wall(at: detail.view.backOffUntil)
        trouble = detail.view.reason?.words
        transactional = detail.transactional
        broadcast = detail.broadcast
        tenants = detail.tenants.map(TenantLoad.init)
        sources = detail.sources.map { SiteSourceReport($0, words) }
        holds = detail.holds.map(HoldReport.init)
        limits = detail.limits.map(LimitReport.init)
        throttles = detail.throttles
        wait = detail.reason.map { words.report($0) }
        oldest = detail.oldest
        delivered = detail.delivered
        deferred = detail.deferred
        bounced = detail.bounced
        lastReply = detail.lastReply
    }
}

package struct SiteSourceReport: Sendable {
    package var source: String
    package var lanes: Int
    package var delivered: Int
    /// What keeps this source from sending to this site now.
    package var wait: WaitReport?

    init(_ line: SiteSourceLine, _ words: WaitWords) {
        source = line.source
        lanes = line.lanes
        delivered = line.delivered
        wait = line.reason.map { words.report($0) }
    }
}
