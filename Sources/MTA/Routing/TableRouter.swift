package import Mail
import Synchronization

/// The router of the configuration's route table.
///
/// Where all destinations of an exit share a site, the answer is there at once. Direct exits ask the DNS for the MX
/// hosts, whose set names the site; the answer is kept as long as the DNS allows, so that `knownRoute` finds it for
/// the next message.
package final class TableRouter: Router {
    private let table: RouteTable
    private let resolver: any Resolver
    private let time: any TimeSource
    private let ownNames: Set<String>
    private let known: Mutex<KnownSites>

    /// - Parameter ownNames: lower-case names of this host.
    package init(
        _ table: RouteTable, resolver: any Resolver, time: any TimeSource, ownNames: Set<String>,
        remembered: Int = 65_536
    ) {
        self.table = table
        self.resolver = resolver
        self.time = time
        self.ownNames = ownNames
        known = Mutex(KnownSites(capacity: remembered))
    }

    package func knownRoute(to destination: Domain, isTest: Bool) -> RouteDecision? {
        guard let exit = table.exit(for: destination, isTest: isTest) else {
            return .unroutable(Outcome(.deferred(.noRoute)))
        }
        switch exit.sites {
        case .one:
            return .route(Route(site: exit.name, transport: exit.transport, limits: exit.limits))
        case .byExchanges, .byProvider:
            let now = time.now
            return known.withLock { $0.site(of: destination, exit: exit.name, at: now) }
                .map { .route(exit.route(to: $0)) }
        }
    }

    package func route(to destination: Domain, isTest: Bool) async -> RouteDecision {
        if let route = knownRoute(to: destination, isTest: isTest) { return route }
        guard let exit = table.exit(for: destination, isTest: isTest) else {
            return .unroutable(Outcome(.deferred(.noRoute)))
        }
        let (exchanges, ttl) = await exchanges(of: destination)
        let site: KnownSites.Site
        switch exchanges {
        case .hosts(let groups): site = exit.site(of: groups)
        case .address: site = KnownSites.Site(name: "\(exit.name):\(destination.text)")
        case .none(let verdict): return .unroutable(Outcome(verdict))
        }
        let now = time.now
        known.withLock { $0.remember(site, of: destination, exit: exit.name, until: now + .seconds(ttl), now: now) }
        return .route(exit.route(to: site))
    }

    private func exchanges(of destination: Domain) async -> (Exchanges, ttl: Int) {
        if destination.isAddressLiteral { return (.literal(destination), 3_600) }
        do {
            let answer = try await resolver.mx(destination.text)
            return (.decide(destination, .success(answer), ownNames: ownNames), Int(answer.ttl))
        } catch {
            return (.decide(destination, .failure(error), ownNames: ownNames), 0)
        }
    }
}

extension Exit {
    fileprivate func site(of groups: [[String]]) -> KnownSites.Site {
        if sites == .byProvider, let provider = Provider.of(groups: groups) {
            return KnownSites.Site(name: SiteName.name(exit: name, provider: provider), isProvider: true)
        }
        return KnownSites.Site(name: SiteName.name(exit: name, groups: groups))
    }

    fileprivate func route(to site: KnownSites.Site) -> Route {
        var limits = limits
        if site.isProvider { limits.mixesDestinations = false }
        return Route(site: site.name, transport: transport, limits: limits)
    }
}

/// Sites by destination, each as long as its DNS answer lives.
struct KnownSites {
    struct Site: Hashable {
        var name: String
        var isProvider = false
    }

    private struct Entry {
        var site: Site
        var expires: MonotonicInstant
    }

    private struct Key: Hashable {
        var destination: Domain
        var exit: String
    }

    private var entries: [Key: Entry] = [:]
    private let capacity: Int
    /// RFC 2181 §8 lets a TTL be 68 years; a moved mail host should be noticed within a day.
    private static let longest: Duration = .seconds(86_400)

    init(capacity: Int) { self.capacity = max(1, capacity) }

    func site(of destination: Domain, exit: String, at now: MonotonicInstant) -> Site? {
        guard let entry = entries[Key(destination: destination, exit: exit)], entry.expires > now else { return nil }
        return entry.site
    }

    mutating func remember(
        _ site: Site, of destination: Domain, exit: String, until expires: MonotonicInstant, now: MonotonicInstant
    ) {
        if entries.count >= capacity {
            entries = entries.filter { $0.value.expires > now }
            // Still full: forgetting costs a question that the resolver has the answer to.
            if entries.count >= capacity { entries.removeAll(keepingCapacity: true) }
        }
        entries[Key(destination: destination, exit: exit)] = Entry(
            site: site, expires: min(expires, now + Self.longest))
    }
}
