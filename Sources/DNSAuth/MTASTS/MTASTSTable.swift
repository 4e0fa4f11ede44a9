import Mail

/// What is known of each domain, and what follows from it: the decisions of `MTASTSCache`, without waiting and without
/// a clock of its own.
///
/// The rule behind all of them (RFC 8461 §5.1): a policy that has not expired holds, whatever the DNS and the web
/// server say or leave unsaid meanwhile. Only another valid policy replaces it. So whoever can suppress answers gains
/// nothing.
struct MTASTSTable {
    struct Entry {
        var policy: MTASTSPolicy?
        var fetchedAt = WallTime(milliseconds: 0)
        var failure: MTASTSFetchFailure?
        /// Until then the failure is not tried again.
        var failedUntil = MonotonicInstant(nanoseconds: .min)
        var usedAt: MonotonicInstant
        var bytes = 0
    }

    enum Decision: Equatable {
        case use(MTASTSPolicy, refresh: Bool)
        /// Fetch and wait for it.
        case fetch(id: String)
        /// - Parameter retry: the id to fetch, without waiting for it; `nil`: not now.
        case unavailable(MTASTSFetchFailure, retry: String?)
        case absent
    }

    private let options: MTASTSCacheOptions
    private(set) var entries: [Domain: Entry] = [:]
    private var bytes = 0
    private(set) var evicted = 0

    init(_ options: MTASTSCacheOptions) { self.options = options }

    var policyCount: Int { entries.values.count { $0.policy != nil } }

    /// The policy in force.
    func live(_ domain: Domain, at wall: WallTime) -> MTASTSPolicy? {
        guard let entry = entries[domain], let policy = entry.policy,
            wall < entry.fetchedAt + .seconds(policy.maxAge)
        else { return nil }
        return policy
    }

    mutating func decide(
        _ domain: Domain, _ lookup: MTASTSLookup, now: MonotonicInstant, wall: WallTime
    ) -> Decision {
        let live = live(domain, at: wall)
        entries[domain]?.usedAt = now
        let isFailing = entries[domain].map { $0.failure != nil && now < $0.failedUntil } ?? false
        switch lookup {
        case .found(let record):
            // RFC 8461 §5.1: a fetch may run beside the delivery. Mail has waited for this host once, and in vain.
            let failure = recentFailure(of: domain, at: now)
            // RFC 8461 §3.1: another id means another policy.
            if let live, live.id == record.id || failure != nil {
                return .use(live, refresh: !isFailing && (live.id != record.id || isStale(domain, at: wall)))
            }
            if let failure { return .unavailable(failure, retry: isFailing ? nil : record.id) }
            return .fetch(id: record.id)
        // RFC 8461 §5.1: without a usable record a kept policy still holds.
        case .absent, .several, .invalid, .failed:
            guard let live else { return .absent }
            return .use(live, refresh: !isFailing && isStale(domain, at: wall))
        }
    }

    mutating func keep(_ policy: MTASTSPolicy, for domain: Domain, now: MonotonicInstant, fetchedAt: WallTime) {
        let size = policy.lines.reduce(policy.id.utf8.count + 200) { $0 + $1.utf8.count * 2 }
        bytes += size - (entries[domain]?.bytes ?? 0)
        entries[domain] = Entry(
            policy: policy, fetchedAt: fetchedAt, usedAt: entries[domain]?.usedAt ?? now, bytes: size)
        makeRoom()
    }

    mutating func fail(_ failure: MTASTSFetchFailure, for domain: Domain, now: MonotonicInstant) {
        var entry = entries[domain] ?? Entry(usedAt: now)
        entry.failure = failure
        // RFC 8461 §3.3: not again within five minutes, so that a failing host is not flooded.
        entry.failedUntil = now + options.failureAge
        entries[domain] = entry
        makeRoom()
    }

    private func recentFailure(of domain: Domain, at now: MonotonicInstant) -> MTASTSFetchFailure? {
        guard let entry = entries[domain], now < entry.failedUntil + options.failureMemory else { return nil }
        return entry.failure
    }

    /// RFC 8461 §10.2: so that it does not expire while somebody keeps the engine from fetching it.
    private func isStale(_ domain: Domain, at wall: WallTime) -> Bool {
        guard let entry = entries[domain], let policy = entry.policy else { return false }
        let age = wall - entry.fetchedAt
        return age >= options.refreshAfter || age >= .seconds(policy.maxAge) / 2
    }

    /// Policies to be fetched again, although nobody asks for them just now.
    func due(now: MonotonicInstant, wall: WallTime) -> [(domain: Domain, id: String)] {
        entries.compactMap { domain, entry in
            guard let policy = live(domain, at: wall), isStale(domain, at: wall), now >= entry.failedUntil,
                now - entry.usedAt < options.idleAfter
            else { return nil }
            return (domain, policy.id)
        }
    }

    /// Forgets what has expired.
    mutating func purge(now: MonotonicInstant, wall: WallTime) {
        for domain in Array(entries.keys)
        where live(domain, at: wall) == nil && recentFailure(of: domain, at: now) == nil {
            drop(domain)
        }
    }

    func stored(at wall: WallTime) -> [StoredMTASTSPolicy] {
        entries.compactMap { domain, entry in
            live(domain, at: wall).map { StoredMTASTSPolicy(domain: domain, policy: $0, fetchedAt: entry.fetchedAt) }
        }.sorted { $0.domain.text < $1.domain.text }
    }

    private mutating func drop(_ domain: Domain) {
        if let entry = entries.removeValue(forKey: domain) { bytes -= entry.bytes }
    }

    /// An eighth goes at once, so that a full table is not sorted for every newcomer. Enforced policies go last: what
    /// fills the table may be somebody who wants them forgotten.
    private mutating func makeRoom() {
        guard entries.count > options.capacity || bytes > options.byteLimit else { return }
        let order = entries.map { (domain: $0.key, rank: Self.rank($0.value), usedAt: $0.value.usedAt) }
            .sorted { $0.rank != $1.rank ? $0.rank < $1.rank : $0.usedAt < $1.usedAt }
        let count = options.capacity - options.capacity / 8
        for candidate in order {
            if entries.count <= max(1, count) && bytes <= options.byteLimit { break }
            drop(candidate.domain)
            evicted += 1
        }
    }

    private static func rank(_ entry: Entry) -> Int {
        guard let policy = entry.policy else { return 0 }
        return switch policy.mode {
        case .none: 1
        case .testing: 2
        case .enforce: 3
        }
    }
}
