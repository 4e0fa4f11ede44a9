import Mail
import Service

/// The queue as the operators' routes show it.
enum QueueJSON {
    static func summary(_ report: QueueReport) -> JSONValue {
        .object([
            "at": .time(report.at), "messages": .integer(report.messages), "deliveries": .integer(report.deliveries),
            "ready": .integer(report.ready), "under_way": .integer(report.underWay),
            "waiting": .integer(report.waiting), "unrouted": .integer(report.unrouted),
            "connections": .integer(report.lanes), "sites": .integer(report.sites),
            "cached_bytes": .integer(report.cachedBytes), "delivered": .integer(report.delivered),
            "deferred": .integer(report.deferred), "bounced": .integer(report.bounced),
            "suspensions": .array(report.suspensions.map(wait)), "tenants": .array(report.tenants.map(tenant)),
            "campaigns": .array(report.campaigns.map(campaign)), "sources": .array(report.sources.map(load)),
            "holds": .array(report.holds.map(hold)), "limits": .array(report.limits.map(limit)),
        ])
    }

    static func tenant(_ load: TenantLoad) -> JSONValue {
        .object([
            "tenant": .id(load.tenant), "transactional": .integer(load.transactional),
            "broadcast": .integer(load.broadcast),
        ])
    }

    /// A suspension. What it does not name is `null`.
    static func hold(_ hold: HoldReport) -> JSONValue {
        .object([
            "id": .id(hold.id),
            "scope": .object([
                "site": .text(hold.site), "source": .text(hold.source), "tenant": .text(hold.tenant?.description),
                "campaign": .text(hold.campaign?.description),
            ]),
            "kind": .string(hold.kind.rawValue), "by": .string(hold.by), "reason": .string(hold.reason),
            "since": .time(hold.since), "until": .time(hold.until),
        ])
    }

    static func limit(_ limit: LimitReport) -> JSONValue {
        .object([
            "rule": .string(limit.rule), "site": .string(limit.site), "source": .text(limit.source),
            "figure": .string(limit.figure), "reply": .string(limit.reply), "until": .time(limit.until),
        ])
    }

    static func verb(_ report: VerbReport) -> JSONValue {
        .object([
            "deliveries": .integer(report.deliveries), "messages": .integer(report.messages),
            "under_way": .integer(report.underWay),
        ])
    }

    /// What keeps a site, a source or the queue back.
    static func wait(_ wait: WaitReport) -> JSONValue {
        .object([
            "reason": .string(wait.code.rawValue), "detail": .string(wait.detail), "limit": figure(wait.limit),
            "hold": wait.hold.map(hold) ?? .null, "earliest": .time(wait.earliest),
        ])
    }

    static func figure(_ limit: WaitReport.LimitFigure?) -> JSONValue {
        guard let limit else { return .null }
        return .object([
            "rule": .string(limit.rule), "figure": .string(limit.figure),
            "used": limit.used.map { .integer($0) } ?? .null,
        ])
    }

    private static func campaign(_ load: CampaignLoad) -> JSONValue {
        .object([
            "campaign": .id(load.campaign), "tenant": .id(load.tenant), "deliveries": .integer(load.deliveries),
        ])
    }

    private static func load(_ load: SourceLoad) -> JSONValue { .object(EgressJSON.members(load)) }
}
