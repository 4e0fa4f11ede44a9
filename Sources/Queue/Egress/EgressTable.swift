package import Mail

/// Which sources there are, how pools weigh them, and which mail takes which pool. Immutable; a reload makes another.
///
/// With no sources configured there is one way out, the transport's own, and nothing of this is looked at.
package struct EgressTable: Sendable {
    package static let none = EgressTable()

    /// In the order of the configuration; a source is named by its place.
    package private(set) var sources: [EgressSource] = []
    package private(set) var pools: [SourcePool] = []
    private var rules: [PoolRule] = []

    private init() {}

    /// - Throws: `EgressTableFailure` for a name that is used twice or is not there, a pool without sources, a weight
    ///   below 1, overflow in a circle, rules that contradict each other.
    package init(
        sources: [EgressSource], pools: [SourcePool], rules: [PoolRule]
    ) throws(EgressTableFailure) {
        self.sources = sources
        self.pools = pools
        self.rules = rules
    }

    package var isEmpty: Bool { sources.isEmpty }

    /// The place of the pool that mail takes: the most specific rule (campaign, then tenant and stream, then tenant,
    /// then stream, then the one that matches all). `nil`: there are no sources.
    package func pool(tenant: UUIDv7, stream: MailStream, campaign: UUIDv7?) -> Int? { nil }

    package func pool(named name: String) -> Int? { pools.firstIndex { $0.name == name } }
}

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

/// `nil` matches everything.
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

package enum EgressTableFailure: Error, Hashable, Sendable {
    case duplicateSource(String)
    case duplicatePool(String)
    case emptyPool(String)
    case unknownSource(pool: String, place: Int)
    case badWeight(pool: String, place: Int)
    case unknownOverflow(pool: String)
    case overflowCircle(pool: String)
    /// The places of the rules.
    case contradiction(Int, Int)
    case unknownPool(rule: Int)
    /// There are sources, and mail that no rule gives a pool.
    case noDefault
}
