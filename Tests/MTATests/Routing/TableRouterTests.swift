import Mail
import Synchronization
import Testing

@testable import MTA

@Suite struct TableRouterTests {
    private static func router(
        _ rules: [RouteRule], _ resolver: TableResolver, clock: HandClock = HandClock(), own: Set<String> = []
    ) throws -> TableRouter {
        let exits = [
            RouteTableTests.exit("relay"), RouteTableTests.exit("capture"),
            RouteTableTests.exit("direct", .byExchanges),
        ]
        return TableRouter(try RouteTable(rules, exits: exits), resolver: resolver, time: clock, ownNames: own)
    }

    private static func site(_ decision: RouteDecision?) -> String? {
        switch decision {
        case .route(let route)?: route.site
        case .unroutable(let outcome)?: "\(outcome.verdict)"
        case nil: nil
        }
    }

    @Test func answersFixedRoutesAtOnce() throws {
        let router = try Self.router(
            [RouteRule(.any, exit: "relay"), RouteRule(.test, exit: "capture")], TableResolver())
        let domain = Domain(canonical: "a.test")
        #expect(Self.site(router.knownRoute(to: domain, isTest: false)) == "relay")
        #expect(Self.site(router.knownRoute(to: domain, isTest: true)) == "capture")
    }

    @Test func saysWhenThereIsNoRoute() async throws {
        let router = try Self.router([], TableResolver())
        let domain = Domain(canonical: "a.test")
        #expect(Self.site(router.knownRoute(to: domain, isTest: false)) == "\(Verdict.deferred(.noRoute))")
        #expect(Self.site(await router.route(to: domain, isTest: true)) == "\(Verdict.deferred(.noRoute))")
    }

    @Test func rollsUpDomainsWithTheSameHosts() async throws {
        let resolver = TableResolver()
        resolver.mx["one.test"] = [(10, "b.mx"), (10, "a.mx"), (20, "c.mx")]
        resolver.mx["two.test"] = [(1, "a.mx"), (1, "b.mx"), (5, "c.mx")]
        resolver.mx["three.test"] = [(1, "a.mx"), (1, "b.mx")]
        let router = try Self.router([RouteRule(.any, exit: "direct")], resolver)
        let one = Self.site(await router.route(to: Domain(canonical: "one.test"), isTest: false))
        let two = Self.site(await router.route(to: Domain(canonical: "two.test"), isTest: false))
        let three = Self.site(await router.route(to: Domain(canonical: "three.test"), isTest: false))
        #expect(one == "direct:a.mx,b.mx;c.mx")
        #expect(one == two)
        #expect(one != three)
    }

    @Test func remembersAsLongAsTheAnswerLives() async throws {
        let resolver = TableResolver()
        resolver.mx["one.test"] = [(10, "a.mx")]
        let clock = HandClock()
        let router = try Self.router([RouteRule(.any, exit: "direct")], resolver, clock: clock)
        let domain = Domain(canonical: "one.test")
        #expect(router.knownRoute(to: domain, isTest: false) == nil)
        _ = await router.route(to: domain, isTest: false)
        #expect(Self.site(router.knownRoute(to: domain, isTest: false)) == "direct:a.mx")
        clock.advance(.seconds(59))
        #expect(router.knownRoute(to: domain, isTest: false) != nil)
        clock.advance(.seconds(2))
        #expect(router.knownRoute(to: domain, isTest: false) == nil)
    }

    @Test(arguments: [
        ("null.test", Verdict.bounced(.nullMX)), ("gone.test", .bounced(.noSuchDomain)),
        ("slow.test", .deferred(.dnsFailure)), ("self.test", .bounced(.mailLoop)),
    ])
    func namesTheReasonWhereNothingCanGo(_ name: String, _ verdict: Verdict) async throws {
        let resolver = TableResolver()
        resolver.mx["null.test"] = [(0, "")]
        resolver.mx["self.test"] = [(0, "me.test")]
        resolver.failing = ["slow.test"]
        resolver.missing = ["gone.test"]
        let router = try Self.router([RouteRule(.any, exit: "direct")], resolver, own: ["me.test"])
        #expect(Self.site(await router.route(to: Domain(canonical: name), isTest: false)) == "\(verdict)")
    }

    @Test func namesLiteralsAndBareDomains() async throws {
        let router = try Self.router([RouteRule(.any, exit: "direct")], TableResolver())
        let literal = await router.route(to: Domain(canonical: "[192.0.2.1]"), isTest: false)
        #expect(Self.site(literal) == "direct:[192.0.2.1]")
        let bare = await router.route(to: Domain(canonical: "bare.test"), isTest: false)
        #expect(Self.site(bare) == "direct:bare.test")
    }

    @Test func shortensLongNames() {
        let groups = [(0..<40).map { "mail-exchange-\($0).provider.example" }]
        let name = SiteName.name(exit: "direct", groups: groups)
        #expect(name.utf8.count < 160)
        #expect(name == SiteName.name(exit: "direct", groups: groups))
        #expect(name != SiteName.name(exit: "direct", groups: [groups[0].dropLast() + ["other.example"]]))
        // Who could choose hosts with the name of another site would get its mail, so 64 bits of any digest, or a digest
        // that can be computed backwards, will not do.
        #expect(name.split(separator: "#").last?.count == 32)
    }

    @Test func forgetsRatherThanGrows() {
        var sites = KnownSites(capacity: 10)
        let now = MonotonicInstant(nanoseconds: 0)
        for index in 0..<1_000 {
            sites.remember(
                KnownSites.Site(name: "s"), of: Domain(canonical: "d\(index)"), exit: "x", until: now + .seconds(60),
                now: now)
        }
        #expect(sites.site(of: Domain(canonical: "d999"), exit: "x", at: now)?.name == "s")
        #expect(sites.site(of: Domain(canonical: "d0"), exit: "x", at: now) == nil)
    }
}

/// DNS as a table. Set up before it is used.
final class TableResolver: Resolver, @unchecked Sendable {
    var mx: [String: [(UInt16, String)]] = [:]
    var hosts: [String: [IPAddress]] = [:]
    var failing: Set<String> = []
    var missing: Set<String> = []

    private func answer<Record>(_ name: String, _ records: [Record]?) throws(ResolverFailure) -> Answer<Record> {
        if failing.contains(name) { throw .timeout }
        if missing.contains(name) { return Answer(status: .nonexistent, canonicalName: name, ttl: 60) }
        guard let records else { return Answer(status: .noData, canonicalName: name, ttl: 60) }
        return Answer(status: .found, records: records, canonicalName: name, ttl: 60)
    }

    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> {
        try answer(name, mx[name]?.map { MXRecord(preference: $0.0, exchange: $0.1) })
    }
    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> { try answer(name, hosts[name]) }
    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> { try answer(name, nil) }
    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> { try answer(name, nil) }
    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> { try answer("", nil) }
}

/// A clock that moves when it is told to.
final class HandClock: TimeSource {
    private let state = Mutex(Int64(0))

    var now: MonotonicInstant { MonotonicInstant(nanoseconds: state.withLock { $0 }) }
    var wall: WallTime { WallTime(milliseconds: now.nanoseconds / 1_000_000) }
    func sleep(until deadline: MonotonicInstant) async throws(CancellationError) {}
    func advance(_ duration: Duration) { state.withLock { $0 += duration.wholeNanoseconds } }
}
