import Mail

extension EgressTable {
    /// What a rule matches, as a key to look up.
    struct Way: Hashable, Sendable {
        struct Kind: OptionSet, Hashable, Sendable {
            let rawValue: UInt8
            static let stream = Self(rawValue: 1)
            static let tenant = Self(rawValue: 2)
            static let campaign = Self(rawValue: 4)

            /// A campaign is of one tenant, and a tenant has two streams: each bit says more than all below it.
            static let bySpecificity = (0..<8).reversed().map { Self(rawValue: $0) }
        }

        var tenant: UUIDv7?
        var stream: MailStream?
        var campaign: UUIDv7?

        var kind: Kind {
            var kind: Kind = []
            if stream != nil { kind.insert(.stream) }
            if tenant != nil { kind.insert(.tenant) }
            if campaign != nil { kind.insert(.campaign) }
            return kind
        }
    }

    static func check(_ sources: [EgressSource]) throws(EgressTableFailure) {
        var names: Set<String> = []
        for source in sources {
            guard names.insert(source.name).inserted else { throw .duplicateSource(source.name) }
        }
    }

    static func places(of pools: [SourcePool]) throws(EgressTableFailure) -> [String: Int] {
        var places: [String: Int] = [:]
        for (place, pool) in pools.enumerated() {
            guard places.updateValue(place, forKey: pool.name) == nil else { throw .duplicatePool(pool.name) }
        }
        return places
    }

    static func check(_ pool: SourcePool, sources count: Int) throws(EgressTableFailure) {
        if pool.members.isEmpty { throw .emptyPool(pool.name) }
        var known: Set<Int> = []
        for (place, member) in pool.members.enumerated() {
            guard (0..<count).contains(member.source) else { throw .unknownSource(pool: pool.name, place: place) }
            guard member.weight >= 1 else { throw .badWeight(pool: pool.name, place: place) }
            guard known.insert(member.source).inserted else { throw .duplicateMember(pool: pool.name, place: place) }
        }
    }

    static func overflows(
        of pools: [SourcePool], _ places: [String: Int]
    ) throws(EgressTableFailure) -> [Int?] {
        var overflows: [Int?] = []
        for pool in pools {
            guard let name = pool.overflow else {
                overflows.append(nil)
                continue
            }
            guard let place = places[name] else { throw .unknownOverflow(pool: pool.name) }
            overflows.append(place)
        }
        for start in pools.indices {
            var place = start
            var steps = 0
            while let next = overflows[place] {
                steps += 1
                // Every way that goes on for longer than there are pools goes in a circle.
                if steps > pools.count { throw .overflowCircle(pool: pools[start].name) }
                place = next
            }
        }
        return overflows
    }

    static func ways(
        of rules: [PoolRule], _ places: [String: Int]
    ) throws(EgressTableFailure) -> [Way: Int] {
        var ways: [Way: Int] = [:]
        var first: [Way: Int] = [:]
        for (number, rule) in rules.enumerated() {
            guard let pool = places[rule.pool] else { throw .unknownPool(rule: number) }
            let way = Way(tenant: rule.tenant, stream: rule.stream, campaign: rule.campaign)
            if let other = first[way] { throw .contradiction(other, number) }
            first[way] = number
            ways[way] = pool
        }
        return ways
    }

    /// Whether every mail has a pool: by one rule for all of it, or by one for each stream.
    static func isComplete(_ rules: [PoolRule]) -> Bool {
        let general = rules.filter { $0.tenant == nil && $0.campaign == nil }.map(\.stream)
        return general.contains(nil) || MailStream.allCases.allSatisfy { general.contains($0) }
    }
}
