package import Mail
import Synchronization

/// The queue as people see it.
extension DeliveryQueue {
    package func summary() async -> QueueSummary {
        var summary = QueueSummary()
        var tenants: [UUIDv7: (transactional: Int, broadcast: Int)] = [:]
        var campaigns: [UUIDv7: (tenant: UUIDv7, deliveries: Int)] = [:]
        var sources: [String: (lanes: Int, verdicts: VerdictCounts)] = [:]
        var suspensions: Set<Suspension> = []
        for shard in running {
            let part = await shard.summary()
            summary.counts += part.counts
            summary.delivered += part.verdicts.delivered
            summary.deferred += part.verdicts.deferred
            summary.bounced += part.verdicts.bounced
            suspensions.formUnion(part.suspensions)
            tenants.merge(part.tenants) { ($0.transactional + $1.transactional, $0.broadcast + $1.broadcast) }
            campaigns.merge(part.campaigns) { ($0.tenant, $0.deliveries + $1.deliveries) }
            for (name, source) in part.sources {
                sources[name, default: (0, VerdictCounts())].lanes += source.lanes
                sources[name, default: (0, VerdictCounts())].verdicts += source.verdicts
            }
        }
        summary.holds = control.holds
        summary.limits = control.limits
        summary.suspensions = suspensions.sorted { $0.rawValue < $1.rawValue }
        summary.tenants = TenantLine.lines(tenants)
        summary.campaigns = Self.lines(campaigns)
        summary.sources = scheduling.withLock { $0.egress.sources }.map { source in
            let part = sources[source.name] ?? (0, VerdictCounts())
            let hold = summary.holds.last { $0.scope == .source(source.name) }
            return SourceLine(
                name: source.name, lanes: part.lanes, delivered: part.verdicts.delivered,
                deferred: part.verdicts.deferred, bounced: part.verdicts.bounced, trouble: hold?.cause.text)
        }
        return summary
    }

    private static func lines(_ campaigns: [UUIDv7: (tenant: UUIDv7, deliveries: Int)]) -> [CampaignLine] {
        let lines = campaigns.compactMap { campaign, part in
            part.deliveries > 0
                ? CampaignLine(campaign: campaign, tenant: part.tenant, deliveries: part.deliveries) : nil
        }
        let sorted = lines.sorted { ($0.deliveries, $1.campaign) > ($1.deliveries, $0.campaign) }
        return Array(sorted.prefix(TenantLine.limit))
    }

    package func sites(limit: Int) async -> [SiteDetail] {
        var details: [SiteDetail] = []
        for shard in running { details += await shard.details(limit: limit) }
        details.sort { ($0.deliveries, $1.view.name) > ($1.deliveries, $0.view.name) }
        return Array(details.prefix(max(0, limit)))
    }

    package func site(named name: String) async -> SiteDetail? {
        for shard in running {
            if let detail = await shard.detail(ofSite: name) { return detail }
        }
        return nil
    }

    package func explanations(of message: UUIDv7) async -> [DeliveryExplanation] {
        var found: [DeliveryExplanation] = []
        for shard in running { found += await shard.explanations(of: message) }
        return found.sorted { $0.recipient < $1.recipient }
    }
}
