import Mail
import Service

enum SiteJSON {
    static func shown(_ site: SiteReport) -> JSONValue {
        .object([
            "site": .string(site.name), "shard": .integer(site.shard), "deliveries": .integer(site.deliveries),
            "ready": .integer(site.ready), "under_way": .integer(site.underWay), "waiting": .integer(site.waiting),
            "transactional": .integer(site.transactional), "broadcast": .integer(site.broadcast),
            "connections": .integer(site.lanes), "connections_allowed": .integer(site.allowance),
            "wait": site.wait.map(QueueJSON.wait) ?? .null, "back_off_until": .time(site.backOffUntil),
            "trouble": .text(site.trouble), "last_reply": .text(site.lastReply), "oldest": .time(site.oldest),
            "delivered": .integer(site.delivered), "deferred": .integer(site.deferred),
            "bounced": .integer(site.bounced), "throttles": .array(site.throttles.map { .string($0) }),
            "tenants": .array(site.tenants.map(QueueJSON.tenant)), "sources": .array(site.sources.map(source)),
            "holds": .array(site.holds.map(QueueJSON.hold)), "limits": .array(site.limits.map(QueueJSON.limit)),
        ])
    }

    private static func source(_ line: SiteSourceReport) -> JSONValue {
        .object([
            "source": .string(line.source), "connections": .integer(line.lanes),
            "delivered": .integer(line.delivered), "wait": line.wait.map(QueueJSON.wait) ?? .null,
        ])
    }
}
