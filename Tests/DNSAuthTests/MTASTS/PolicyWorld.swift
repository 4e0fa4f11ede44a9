import Loop
import Mail
import MartletTesting
import Synchronization

@testable import DNSAuth

/// One domain's DNS and web server as a test wants them to be, on the clock of a simulated loop.
final class PolicyWorld: Resolver, HTTPFetcher, MTASTSPolicyStore {
    struct State {
        /// TXT records by domain.
        var records: [String: [String]] = [:]
        var isDNSDown = false
        /// By domain; `nil` for a missing entry: 404.
        var files: [String: String] = [:]
        var failure: HTTPFetchFailure?
        /// How long a fetch takes.
        var delay: Duration = .zero
        var fetches: [String] = []
        /// The last file that went out, and when.
        var served: (file: String, at: MonotonicInstant)?
        var saved: [StoredMTASTSPolicy] = []
        var saves = 0
        var storeFailure: MTASTSStoreFailure?
        /// How long a save takes, and how many there were at once.
        var storeDelay: Duration = .zero
        var saving = 0
        var mostSaving = 0
    }

    private let state = Mutex(State())
    private let time: VirtualTime

    init(time: VirtualTime) { self.time = time }

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }
    var fetches: Int { state.withLock { $0.fetches.count } }
    var now: State { state.withLock { $0 } }

    /// Publishes a record and a policy for one domain.
    func publish(_ domain: String, id: String, mode: String = "enforce", mx: String = "mx.example", maxAge: Int) {
        change { state in
            state.records[domain] = ["v=STSv1; id=\(id)"]
            state.files[domain] = Self.file(mode, mx, maxAge)
        }
    }

    static func file(_ mode: String, _ mx: String, _ maxAge: Int) -> String {
        "version: STSv1\nmode: \(mode)\nmx: \(mx)\nmax_age: \(maxAge)\n"
    }

    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> {
        let domain = String(name.dropFirst("_mta-sts.".count))
        let (isDown, records) = state.withLock { ($0.isDNSDown, $0.records[domain] ?? []) }
        if isDown { throw .timeout }
        return Answer(status: records.isEmpty ? .nonexistent : .found, records: records, canonicalName: name, ttl: 60)
    }

    func fetch(_ request: HTTPFetch) async throws(HTTPFetchFailure) -> HTTPFetched {
        let host = request.url.dropFirst("https://mta-sts.".count).prefix { $0 != "/" }
        let delay = state.withLock { state in
            state.fetches.append(String(host))
            return state.delay
        }
        do { try await time.sleep(for: delay) } catch { throw .cancelled }
        let now = time.now
        let (failure, file) = state.withLock { state in
            let file = state.files[String(host)]
            if let file, state.failure == nil { state.served = (file, now) }
            return (state.failure, file)
        }
        if let failure { throw failure }
        return HTTPFetched(status: file == nil ? 404 : 200, contentType: "text/plain", body: Array((file ?? "").utf8))
    }

    func load() async throws(MTASTSStoreFailure) -> [StoredMTASTSPolicy] {
        if let failure = now.storeFailure { throw failure }
        return now.saved
    }

    func save(_ policies: [StoredMTASTSPolicy]) async throws(MTASTSStoreFailure) {
        if let failure = now.storeFailure { throw failure }
        change { state in
            state.saving += 1
            state.mostSaving = max(state.mostSaving, state.saving)
        }
        try? await time.sleep(for: now.storeDelay)
        change { state in
            state.saving -= 1
            state.saved = policies
            state.saves += 1
        }
    }

    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> { throw .badName }
    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> { throw .badName }
    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> { throw .badName }
    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> { throw .badName }
}

/// A cache over such a world.
struct CacheRig {
    let loop = SimulatedLoop()
    let world: PolicyWorld
    let cache: MTASTSCache
    let domain = Domain(canonical: "a.example")

    init(_ change: (inout MTASTSCacheOptions) -> Void = { _ in }) {
        world = PolicyWorld(time: loop.time)
        cache = Self.cache(world, loop, change)
    }

    static func cache(
        _ world: PolicyWorld, _ loop: SimulatedLoop, _ change: (inout MTASTSCacheOptions) -> Void = { _ in }
    ) -> MTASTSCache {
        var options = MTASTSCacheOptions()
        change(&options)
        return MTASTSCache(
            check: MTASTSCheck(resolver: world, fetcher: world), store: world, options: options, time: loop.time,
            executor: loop)
    }

    /// What the cache says, in one word and the policy's id.
    func ask(_ domain: Domain? = nil) async -> String {
        switch await cache.policy(for: domain ?? self.domain) {
        case .absent: "absent"
        case .testing(let policy): "testing \(policy.id)"
        case .enforce(let policy): "enforce \(policy.id)"
        case .unavailable: "unavailable"
        }
    }

    func wait(_ duration: Duration) async throws { try await loop.time.sleep(for: duration) }
}
