package import Mail

/// Which sources there are, how pools weigh them, and which mail takes which pool. Immutable; a reload makes another.
///
/// With no sources configured there is one way out, the transport's own, and nothing of this is looked at.
package struct EgressTable: Sendable {
    package static let none = EgressTable()

    /// In the order of the configuration; a source is named by its place.
    package let sources: [EgressSource]
    package let pools: [SourcePool]
    /// The places of the pools that `SourcePool.overflow` names.
    private let overflows: [Int?]
    private let ways: [Way: Int]
    /// The kinds of rules that there are, the most specific first: no other is looked up.
    private let kinds: [Way.Kind]

    private init() {
        sources = []
        pools = []
        overflows = []
        ways = [:]
        kinds = []
    }

    /// - Throws: `EgressTableFailure` for a name that is used twice or is not there, a pool without sources, a weight
    ///   below 1, overflow in a circle, rules that contradict each other, mail without a pool.
    package init(
        sources: [EgressSource], pools: [SourcePool], rules: [PoolRule]
    ) throws(EgressTableFailure) {
        try Self.check(sources)
        let places = try Self.places(of: pools)
        for pool in pools { try Self.check(pool, sources: sources.count) }
        overflows = try Self.overflows(of: pools, places)
        ways = try Self.ways(of: rules, places)
        if !sources.isEmpty, !Self.isComplete(rules) { throw .noDefault }
        let used = Set(ways.keys.map(\.kind))
        kinds = Way.Kind.bySpecificity.filter(used.contains)
        self.sources = sources
        self.pools = pools
    }

    package var isEmpty: Bool { sources.isEmpty }

    /// The place of the pool that mail takes: the most specific rule (campaign, then tenant and stream, then tenant,
    /// then stream, then the one that matches all). `nil`: there are no sources.
    ///
    /// Costs one look-up for each kind of rule that there is; asked once for a group of messages.
    package func pool(tenant: UUIDv7, stream: MailStream, campaign: UUIDv7?) -> Int? {
        for kind in kinds {
            if kind.contains(.campaign), campaign == nil { continue }
            let way = Way(
                tenant: kind.contains(.tenant) ? tenant : nil, stream: kind.contains(.stream) ? stream : nil,
                campaign: kind.contains(.campaign) ? campaign : nil)
            if let pool = ways[way] { return pool }
        }
        return nil
    }

    package func pool(named name: String) -> Int? { pools.firstIndex { $0.name == name } }

    package func source(named name: String) -> Int? { sources.firstIndex { $0.name == name } }

    /// The place of the pool that takes what no member of this one may send now.
    package func overflow(of pool: Int) -> Int? { overflows[pool] }
}

/// Sources that share the mail of a pool.
package struct SourcePool: Hashable, Sendable {
    package struct Member: Hashable, Sendable {
        /// The place in `EgressTable.sources`.
        package var source: Int
        /// Its share of the pool's deliveries to each site; at least 1.
        package var weight: Int

        package init(source: Int, weight: Int = 1) {
            self.source = source
            self.weight = weight
        }
    }

    package var name: String
    package var members: [Member]
    /// The name of the pool that takes what no member may send now (warm-up caps, suspensions); `nil`: it waits.
    package var overflow: String?

    package init(name: String, members: [Member], overflow: String? = nil) {
        self.name = name
        self.members = members
        self.overflow = overflow
    }
}

/// Which mail takes which pool. `nil` matches everything.
package struct PoolRule: Hashable, Sendable {
    package var tenant: UUIDv7?
    package var stream: MailStream?
    package var campaign: UUIDv7?
    package var pool: String

    package init(tenant: UUIDv7? = nil, stream: MailStream? = nil, campaign: UUIDv7? = nil, pool: String) {
        self.tenant = tenant
        self.stream = stream
        self.campaign = campaign
        self.pool = pool
    }
}

/// Why a table cannot be made. Places count from 0: of a member in its pool, of a rule in its list.
package enum EgressTableFailure: Error, Hashable, Sendable {
    case duplicateSource(String)
    case duplicatePool(String)
    case emptyPool(String)
    case unknownSource(pool: String, place: Int)
    case badWeight(pool: String, place: Int)
    /// A pool names a source a second time.
    case duplicateMember(pool: String, place: Int)
    case unknownOverflow(pool: String)
    case overflowCircle(pool: String)
    /// The places of two rules that match the same mail, the earlier first.
    case contradiction(Int, Int)
    case unknownPool(rule: Int)
    /// There are sources, and mail that no rule gives a pool.
    case noDefault
}
