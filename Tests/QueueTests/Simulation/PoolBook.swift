import Mail

@testable import Queue

/// From which pool a message leaves: as configured, or as somebody has said since.
struct PoolBook {
    private let world: RandomWorld
    /// By the number of the message.
    private var chosen: [UInt64: String] = [:]

    init(_ world: RandomWorld) { self.world = world }

    mutating func reroute(_ messages: [UInt64], to pool: String?) {
        for message in messages { chosen[message] = pool }
    }

    /// - Returns: what is wrong with the source of a batch.
    func pulled(_ pull: SimulatedPull) -> String? {
        let table = world.plan.options.egress
        guard !table.isEmpty else { return nil }
        guard let source = pull.source else { return "no source though there are some" }
        let message = pull.message
        let known = chosen[message.number].flatMap { name in table.pools.firstIndex { $0.name == name } }
        var pool = known ?? table.pool(tenant: message.tenant, stream: message.stream, campaign: message.campaign)
        for _ in table.pools {
            guard let place = pool else { break }
            if table.pools[place].members.contains(where: { $0.source == source }) { return nil }
            pool = table.pools.firstIndex { $0.name == table.pools[place].overflow }
        }
        return "\(table.sources[source].name) is in no pool that the message may take"
    }
}
