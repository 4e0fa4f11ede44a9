package import Mail
import Queue

/// The queue at one moment, as `GET /v1/queue` shows it.
package struct QueueReport: Sendable {
    package var at: WallTime
    package var messages: Int
    package var deliveries: Int
    /// Could leave now, or rests with its site, a limit or a suspension.
    package var ready: Int
    package var underWay: Int
    /// For their next attempt or their scheduled time.
    package var waiting: Int
    /// Their route is being looked up.
    package var unrouted: Int
    package var lanes: Int
    package var sites: Int
    package var cachedBytes: Int
    /// Since the start, by verdict.
    package var delivered: Int
    package var deferred: Int
    package var bounced: Int
    package var tenants: [TenantLoad]
    package var campaigns: [CampaignLoad]
    package var sources: [SourceLoad]
    package var holds: [HoldReport]
    package var limits: [LimitReport]
    /// Why the whole queue rests; empty when it does not.
    package var suspensions: [WaitReport]

    init(_ summary: QueueSummary, at moment: Moment) {
        at = moment.wall
        messages = summary.counts.messages
        deliveries = summary.counts.deliveries
        ready = summary.counts.ready
        underWay = summary.counts.carried
        waiting = summary.counts.waiting
        unrouted = summary.counts.unrouted
        lanes = summary.counts.lanes
        sites = summary.counts.sites
        cachedBytes = summary.counts.cachedBytes
        delivered = summary.delivered
        deferred = summary.deferred
        bounced = summary.bounced
        tenants = summary.tenants.map(TenantLoad.init)
        campaigns = summary.campaigns.map(CampaignLoad.init)
        sources = summary.sources.map(SourceLoad.init)
        holds = summary.holds.map(HoldReport.init)
        limits = summary.limits.map(LimitReport.init)
        suspensions = summary.suspensions.map { SuspensionWords.of($0) }
    }
}

package struct TenantLoad: Hashable, Sendable {
    package var tenant: UUIDv7
    package var transactional: Int
    package var broadcast: Int

    init(_ line: TenantLine) {
        tenant = line.tenant
        transactional = line.transactional
        broadcast = line.broadcast
    }
}

package struct CampaignLoad: Hashable, Sendable {
    package var campaign: UUIDv7
    package var tenant: UUIDv7
    package var deliveries: Int

    init(_ line: CampaignLine) {
        campaign = line.campaign
        tenant = line.tenant
        deliveries = line.deliveries
    }
}

package struct SourceLoad: Hashable, Sendable {
    package var name: String
    package var lanes: Int
    /// Since the start.
    package var delivered: Int
    package var deferred: Int
    package var bounced: Int
    /// `nil`: it is well.
    package var trouble: String?

    init(_ line: SourceLine) {
        name = line.name
        lanes = line.lanes
        delivered = line.delivered
        deferred = line.deferred
        bounced = line.bounced
        trouble = line.trouble
    }
}

/// What a verb did.
package struct VerbReport: Hashable, Sendable {
    package var deliveries: Int
    package var messages: Int
    /// Matching deliveries that a connection carries at this moment.
    package var underWay: Int

    init(_ result: VerbResult) {
        deliveries = result.deliveries
        messages = result.messages
        underWay = result.underWay
    }
}
