import Mail

@testable import Queue

/// Values for the tests of the operators' surfaces. `StandingTime` stands at 1970-01-01T00:16:40Z.
enum Samples {
    static let now = WallTime(milliseconds: 1_000_000)
    static func id(_ number: UInt64) -> UUIDv7 { UUIDv7(at: now, random: (0, number)) }
    static func later(_ seconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: seconds * 1_000_000_000) }

    static func hold(
        _ scope: Hold.Scope, _ cause: Hold.Cause = .operator(by: "night shift", reason: "blocked since noon"),
        until seconds: Int64? = nil, number: UInt64 = 99
    ) -> Hold {
        Hold(id: id(number), scope: scope, cause: cause, since: now, until: seconds.map { now + .seconds($0) })
    }

    static func rate(_ count: Int, per seconds: Int64, burst: Int? = nil) -> RateLimit {
        guard let limit = RateLimit(count: count, per: .seconds(seconds), burst: burst) else {
            preconditionFailure("no rate")
        }
        return limit
    }

    static func refusal(
        _ scope: ThrottleScope, _ name: String, source: String = "", _ limit: ThrottleRefusal.Limit,
        earliest: MonotonicInstant? = later(30)
    ) -> WaitReason {
        .throttled(
            ThrottleRefusal(
                rule: "limits[2]", key: MeterKey(scope, name, source: source), limit: limit, earliest: earliest))
    }

    static func site(_ name: String, ready: Int, reason: WaitReason? = nil, lastReply: String? = nil) -> SiteDetail {
        SiteDetail(
            view: SiteView(
                name: name, shard: 1, ready: ready, carried: 2, lanes: 2, allowance: 20, backOffUntil: nil,
                reason: nil),
            waiting: 3, transactional: 1, broadcast: ready + 4,
            tenants: [TenantLine(tenant: id(1), transactional: 1, broadcast: ready + 4)],
            sources: [
                SiteSourceLine(
                    source: "mta-1", lanes: 2, delivered: 10,
                    reason: .held(
                        hold(
                            .siteAndSource(site: name, source: "mta-1"),
                            .rule(name: "google-421", reply: "421 4.7.28 slow down"), until: 600)))
            ],
            holds: [hold(.site(name))],
            limits: [
                TemporaryLimit(
                    rule: "slow-google", key: MeterKey(.site, name), change: .slow(0.5), reply: "421 4.7.28 slow down",
                    until: now + .seconds(300))
            ],
            throttles: ["message_rate 100/s (limits[2])"], reason: reason, oldest: now - .seconds(3_600),
            delivered: 100, deferred: 7, bounced: 1, lastReply: lastReply)
    }

    static func summary() -> QueueSummary {
        var summary = QueueSummary()
        summary.counts.messages = 8
        summary.counts.ready = 10
        summary.counts.carried = 2
        summary.counts.waiting = 3
        summary.counts.unrouted = 1
        summary.counts.lanes = 2
        summary.counts.sites = 1
        summary.counts.cachedBytes = 4_096
        summary.tenants = [TenantLine(tenant: id(1), transactional: 1, broadcast: 15)]
        summary.campaigns = [CampaignLine(campaign: id(3), tenant: id(1), deliveries: 15)]
        summary.sources = [
            SourceLine(name: "mta-1", lanes: 2, delivered: 90, deferred: 5, bounced: 1, trouble: nil),
            SourceLine(name: "mta-2", lanes: 0, delivered: 0, deferred: 2, bounced: 0, trouble: "its address is gone"),
        ]
        summary.holds = [hold(.source("mta-2"), .sourceHealth("its address is gone"))]
        summary.limits = [
            TemporaryLimit(
                rule: "limit-yahoo", key: MeterKey(.siteAndSource, "direct:@yahoo", source: "mta-1"),
                change: .set(ThrottleLimits(messageRate: rate(10, per: 60), connections: 2)),
                reply: "421 4.7.0 [TSS04]", until: now + .seconds(900))
        ]
        summary.suspensions = [.journal]
        summary.delivered = 90
        summary.deferred = 7
        summary.bounced = 1
        return summary
    }
}
