import Mail
import Testing

@testable import Queue

@Suite struct EgressSchedulerTests {
    @Test func everySiteHasExactShares() throws {
        let table = try Sample.egress([5, 3, 2])
        var scheduler = Sample.scheduler { $0.egress = table }
        var number = 0
        for site in 0..<3 {
            for _ in 0..<100 {
                number += 1
                scheduler.takeIn(
                    Sample.parcel(Sample.message(number), to: "d\(site).test"), site: "site\(site)", now: .at(.zero))
            }
        }
        let sent = scheduler.sendAll(now: .at(.zero))
        #expect(sent == ["s0": 150, "s1": 90, "s2": 60])
        for site in scheduler.siteNumbers.numbers {
            #expect(scheduler.records[site].egress?.sources.map(\.verdicts.delivered) == [50, 30, 20])
            #expect(scheduler.records[site].egress?.sources.map(\.lanes) == [0, 0, 0])
        }
        holds(scheduler.egress.sources.allSatisfy { $0.lanes == 0 })
    }

    /// Whoever owns a zone can make as many sites as they like: what is remembered of forgotten ones is bounded.
    @Test func forgottenSitesAreNotRememberedWithoutEnd() throws {
        let table = try Sample.egress([1])
        var scheduler = Sample.scheduler {
            $0.egress = table
            $0.siteIdle = .seconds(1)
        }
        for number in 0..<(Scheduler.rotationLimit * 2) {
            let now = MonotonicInstant.at(.milliseconds(2_000 * number))
            scheduler.takeIn(Sample.parcel(Sample.message(number), to: "d\(number).test"), site: "s\(number)", now: now)
            _ = scheduler.sendAll(now: now)
            _ = scheduler.advance(to: now + .milliseconds(1_999))
        }
        holds(scheduler.egress.remembered.count <= Scheduler.rotationLimit)
        // The latest are there.
        #expect(scheduler.egress.remembered["s\(Scheduler.rotationLimit * 2 - 2)"] != nil)
    }

    /// The view of a site says why its mail waits, also when the site itself would take it.
    @Test func aSiteAllOfWhoseMailIsParkedSaysWhy() throws {
        let table = try Sample.egress([1])
        var scheduler = Sample.scheduler { $0.egress = table }
        scheduler.takeIn(Sample.parcel(Sample.message(1)), site: "s", now: .at(.zero))
        let site = try need(scheduler.findSite(named: "s"))
        #expect(scheduler.detail(of: site, shard: 0, now: .at(.zero)).reason == nil)
        let hold = Sample.hold(1, .source("s0"))
        scheduler.apply(hold, until: nil, now: .at(.zero))
        #expect(scheduler.sendAll(now: .at(.zero)).isEmpty)
        #expect(scheduler.detail(of: site, shard: 0, now: .at(.zero)).reason == .held(hold))
    }

    @Test func withoutSourcesThereIsNone() throws {
        var scheduler = Sample.scheduler()
        scheduler.takeIn(Sample.parcel(Sample.message(1)), site: "s", now: .at(.zero))
        let batch = try need(scheduler.assign(now: .at(.zero)))
        holds(batch.source == .none && scheduler.source(of: batch) == nil)
    }

    @Test func aHeldSourceGivesItsShareToTheOthers() throws {
        let table = try Sample.egress([1, 1])
        var scheduler = Sample.scheduler { $0.egress = table }
        for number in 0..<40 {
            scheduler.takeIn(
                Sample.parcel(Sample.message(number), to: "\(number % 2).test"), site: "site\(number % 2)",
                now: .at(.zero))
        }
        scheduler.apply(Sample.hold(1, .siteAndSource(site: "site0", source: "s0")), until: nil, now: .at(.zero))
        #expect(scheduler.sendAll(now: .at(.zero)) == ["s0": 10, "s1": 30])
    }

    @Test func overflowTakesWhatNoMemberMay() throws {
        let table = try Sample.egress([1, 1], overflow: true)
        let daily = FakeDailyLedger([
            .warmup(source: "s0", group: "google"): 5, .warmup(source: "s1", group: "google"): 7,
            .warmup(source: "spare", group: "google"): 10,
        ])
        var scheduler = Sample.scheduler {
            $0.egress = table
            $0.daily = daily
        }
        for number in 0..<40 {
            scheduler.takeIn(Sample.parcel(Sample.message(number)), site: "direct:@google", now: .at(.zero))
        }
        #expect(scheduler.sendAll(now: .at(.zero)) == ["s0": 5, "s1": 7, "spare": 10])
        // The rest waits for tomorrow, and says so.
        let tomorrow = MonotonicInstant(nanoseconds: 3_600_000_000_000)
        guard case .daily(let refusal)? = scheduler.reason(39, now: .at(.seconds(1))) else {
            Issue.record("\(String(describing: scheduler.reason(39, now: .at(.seconds(1)))))")
            return
        }
        #expect(refusal.earliest == tomorrow)
        let explanation = scheduler.explanations(of: Sample.id(39), now: .at(.seconds(1))).first
        #expect(explanation?.earliest == tomorrow && explanation?.pool == "main")
        #expect(explanation?.site == "direct:@google")
        holds(scheduler.nextDeadline.map { $0 <= tomorrow } == true)
        _ = scheduler.advance(to: tomorrow)
        #expect(scheduler.sendAll(now: tomorrow) == ["s0": 5, "s1": 7, "spare": 6])
        holds(scheduler.counts.deliveries == 0)
        let counted = daily.settled(.warmup(source: "s0", group: "google"))
        #expect(counted.delivered == 10 && counted.untried == 0 && counted.most == 5)
    }

    /// Rates of a source are shared by all its sites, those of (site, source) are not.
    @Test func ratesOfSourcesHold() throws {
        let egress = try Sample.egress([1, 1])
        let rate: RateLimit = try #require(RateLimit(count: 1, per: .seconds(100), burst: 6))
        let narrow: RateLimit = try #require(RateLimit(count: 1, per: .seconds(100), burst: 2))
        let table = try ThrottleTable([
            ThrottleRule("source", .source(.exact("s0")), ThrottleLimits(messageRate: rate)),
            ThrottleRule("pair", .site(.any, source: .exact("s1")), ThrottleLimits(messageRate: narrow)),
        ])
        var scheduler = Sample.scheduler {
            $0.egress = egress
            $0.throttles = table
        }
        for number in 0..<60 {
            scheduler.takeIn(
                Sample.parcel(Sample.message(number), to: "\(number % 3).test"), site: "site\(number % 3)",
                now: .at(.zero))
        }
        #expect(scheduler.sendAll(now: .at(.zero)) == ["s0": 6, "s1": 6])
        guard case .throttled(let refusal)? = scheduler.reason(59, now: .at(.seconds(1))) else {
            Issue.record("no reason")
            return
        }
        #expect(refusal.earliest == .at(.seconds(100)))
        _ = scheduler.advance(to: .at(.seconds(100)))
        #expect(scheduler.sendAll(now: .at(.seconds(100))) == ["s0": 1, "s1": 3])
    }

    @Test func connectionsOfASourceToASiteHold() throws {
        let egress = try Sample.egress([1])
        let table = try ThrottleTable([
            ThrottleRule("pair", .site(.any, source: .any), ThrottleLimits(connections: 2))
        ])
        var scheduler = Sample.scheduler {
            $0.egress = egress
            $0.throttles = table
        }
        for number in 0..<10 {
            scheduler.takeIn(Sample.parcel(Sample.message(number)), site: "s", now: .at(.zero))
        }
        let first = try need(scheduler.assign(now: .at(.zero)))
        let second = try need(scheduler.assign(now: .at(.zero)))
        #expect(scheduler.connectionTerms(of: first)?.sourceConnections == 2)
        holds(scheduler.assign(now: .at(.zero)) == nil)
        guard case .throttled(let refusal)? = scheduler.reason(9, now: .at(.zero)) else {
            Issue.record("no reason")
            return
        }
        #expect(refusal.limit == .connections(2) && refusal.key.scope == .siteAndSource && refusal.earliest == nil)
        // A transaction that ends makes room at once, without a timer.
        holds(scheduler.finishAndGoOn(first, Sample.delivered, now: .at(.zero)) != nil)
        holds(scheduler.finishAndGoOn(second, Sample.delivered, now: .at(.zero)) != nil)
    }

    /// Whose turn it is survives that a site is forgotten.
    @Test func aQuietSiteDoesNotBeginAnew() throws {
        let egress = try Sample.egress([1, 1, 1, 1])
        var scheduler = Sample.scheduler { $0.egress = egress }
        var sent: [String: Int] = [:]
        for hour in 0..<40 {
            let now = MonotonicInstant.at(.seconds(hour * 3_600))
            _ = scheduler.advance(to: now)
            holds(scheduler.sites.count == 0)
            scheduler.takeIn(Sample.parcel(Sample.message(hour, expiry: now + .seconds(100))), site: "s", now: now)
            sent.merge(scheduler.sendAll(now: now), uniquingKeysWith: +)
        }
        #expect(sent == ["s0": 10, "s1": 10, "s2": 10, "s3": 10])
    }

    @Test func aReloadChangesPoolsAndKeepsWhatIsUnderWay() throws {
        let before = try Sample.egress([1, 1])
        var scheduler = Sample.scheduler { $0.egress = before }
        for number in 0..<20 {
            scheduler.takeIn(
                Sample.parcel(Sample.message(number)), site: "s", limits: SiteLimits(connections: 1), now: .at(.zero))
        }
        scheduler.apply(Sample.hold(1, .source("s0")), until: nil, now: .at(.zero))
        scheduler.apply(Sample.hold(2, .source("s1")), until: nil, now: .at(.zero))
        holds(scheduler.assign(now: .at(.zero)) == nil)
        guard case .held? = scheduler.reason(3, now: .at(.zero)) else {
            Issue.record("not held")
            return
        }
        scheduler.release(hold: Sample.hold(2, .source("s1")).id)
        let batch = try need(scheduler.assign(now: .at(.zero)))
        holds(scheduler.source(of: batch)?.name == "s1")
        var options = scheduler.options
        options.egress = try EgressTable(
            sources: [EgressSource(name: "new")],
            pools: [SourcePool(name: "fresh", members: [SourcePool.Member(source: 0)])],
            rules: [PoolRule(pool: "fresh")])
        scheduler.replace(options: options, now: .at(.seconds(1)))
        holds(scheduler.source(of: batch) == nil)
        _ = scheduler.finish(batch, [Sample.delivered], now: .at(.seconds(1)))
        let next = try need(scheduler.next(on: batch.lane, of: batch.site, carried: 1, now: .at(.seconds(1))))
        holds(scheduler.source(of: next)?.name == "new")
    }

    /// An operator's pool goes before the configuration's, and moves what is ready already.
    @Test func aChosenPoolIsTaken() throws {
        let table = try Sample.egress([1], overflow: true)
        var scheduler = Sample.scheduler { $0.egress = table }
        for number in 0..<4 {
            scheduler.takeIn(Sample.parcel(Sample.message(number), recipients: 2), site: "s", now: .at(.zero))
        }
        let message = try need(scheduler.find(Sample.id(2)))
        var key = scheduler.groups[scheduler.messages[message].group].key
        key.chosenPool = scheduler.poolNumber("spare")
        scheduler.regroup(message, to: scheduler.group(for: key))
        #expect(scheduler.facts(of: message).pool == "spare")
        #expect(scheduler.sendAll(now: .at(.zero)) == ["s0": 6, "spare": 2])
        holds(scheduler.counts.deliveries == 0 && scheduler.groups.count == 0 && scheduler.messages.count == 0)
    }
}
