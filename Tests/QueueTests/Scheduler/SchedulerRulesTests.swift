import Mail
import Testing

@testable import Queue

/// One rule, one test.
@Suite struct SchedulerRulesTests {
    @Test func recipientsOfOneMessageShareABatchUpToTheLimit() throws {
        var scheduler = Sample.scheduler()
        let limits = SiteLimits(connections: 1, recipientsPerTransaction: 3)
        scheduler.takeIn(Sample.parcel(Sample.message(1), recipients: 7), site: "s", limits: limits, now: .at(.zero))
        scheduler.takeIn(Sample.parcel(Sample.message(2), recipients: 1), site: "s", limits: limits, now: .at(.zero))
        var batch = scheduler.assign(now: .at(.zero))
        var sizes: [Int] = []
        while let current = batch {
            sizes.append(current.count)
            batch = scheduler.finishAndGoOn(current, Sample.delivered, now: .at(.zero))
        }
        holds(sizes == [3, 3, 1, 1])
        holds(scheduler.counts.deliveries == 0 && scheduler.counts.lanes == 0)
        holds(scheduler.messages.count == 0 && scheduler.deliveries.count == 0)
    }

    @Test func lanesNeverExceedTheSitesConnections() {
        var scheduler = Sample.scheduler()
        for number in 0..<50 {
            scheduler.takeIn(
                Sample.parcel(Sample.message(number)), site: "s", limits: SiteLimits(connections: 4), now: .at(.zero))
        }
        var lanes: Set<Int> = []
        while let batch = scheduler.assign(now: .at(.zero)) { lanes.insert(batch.lane) }
        holds(lanes == [0, 1, 2, 3])
        holds(
            scheduler.explain(Sample.id(49)).map(\.reason) == [.siteConnections(site: "s", limit: 4)])
    }

    @Test func aNewLimitHoldsForTheNextBatch() throws {
        var scheduler = Sample.scheduler()
        for number in 0..<9 {
            scheduler.takeIn(
                Sample.parcel(Sample.message(number)), site: "s", limits: SiteLimits(connections: 3), now: .at(.zero))
        }
        var batches: [Batch] = []
        while let batch = scheduler.assign(now: .at(.zero)) { batches.append(batch) }
        holds(batches.count == 3)
        _ = scheduler.site(named: "s", limits: SiteLimits(connections: 1), now: .at(.zero))
        var open = 3
        for batch in batches where scheduler.finishAndGoOn(batch, Sample.delivered, now: .at(.zero)) == nil {
            open -= 1
        }
        holds(open == 1)
        holds(scheduler.assign(now: .at(.zero)) == nil)
    }

    @Test func theShardsLanesAreSharedAmongSites() throws {
        var scheduler = Sample.scheduler {
            $0.lanes = 2
            $0.batchesPerTurn = 1
        }
        for number in 0..<6 {
            scheduler.takeIn(Sample.parcel(Sample.message(number)), site: "big", now: .at(.zero))
        }
        scheduler.takeIn(Sample.parcel(Sample.message(9), to: "b.test"), site: "small", now: .at(.zero))
        let first = try need(scheduler.assign(now: .at(.zero)))
        let second = try need(scheduler.assign(now: .at(.zero)))
        holds(scheduler.assign(now: .at(.zero)) == nil)
        // One of the two serves the small site after at most one more batch.
        var served: Set<SiteIndex> = [first.site, second.site]
        for batch in [first, second] {
            let next =
                scheduler.finishAndGoOn(batch, Sample.delivered, now: .at(.zero))
                ?? scheduler.assign(now: .at(.zero))
            if let next { served.insert(next.site) }
        }
        holds(served.count == 2)
    }

    @Test func transactionalGoesFirstAndBroadcastGetsItsFloor() {
        var scheduler = Sample.scheduler { $0.broadcastFloor = 5 }
        for number in 0..<200 {
            let stream: MailStream = number < 100 ? .broadcast : .transactional
            scheduler.takeIn(
                Sample.parcel(Sample.message(number, stream: stream)), site: "s", limits: SiteLimits(connections: 1),
                now: .at(.zero))
        }
        var order: [MailStream] = []
        var batch = scheduler.assign(now: .at(.zero))
        while let current = batch {
            order.append(scheduler.stream(of: current.message))
            batch = scheduler.finishAndGoOn(current, Sample.delivered, now: .at(.zero))
        }
        holds(order.count == 200)
        holds(order.prefix(4).allSatisfy { $0 == .transactional })
        for start in 0..<20 {
            holds(order[(start * 5)..<(start * 5 + 5)].filter { $0 == .broadcast }.count == 1)
        }
    }

    @Test func greylistingDefersOnlyItsDelivery() throws {
        var scheduler = Sample.scheduler { $0.retry.jitter = 0 }
        for number in 0..<2 {
            scheduler.takeIn(
                Sample.parcel(Sample.message(number)), site: "s", limits: SiteLimits(connections: 1), now: .at(.zero))
        }
        let first = try need(scheduler.assign(now: .at(.zero)))
        let dispositions = scheduler.finish(first, [Sample.greylisted], now: .at(.seconds(1)))
        holds(dispositions == [.retry(at: .at(.seconds(301)))])
        let second = scheduler.next(on: first.lane, of: first.site, carried: 1, now: .at(.seconds(1)))
        holds(second != nil)
        holds(
            scheduler.explain(Sample.id(0)).map(\.reason)
                == [.retry(.remoteReply, attempts: 1, until: .at(.seconds(301)))])
        // It comes back when its time has come, and asks for a route.
        holds(scheduler.advance(to: .at(.milliseconds(300_999))).isEmpty)
        holds(scheduler.nextUnrouted() == nil)
        holds(scheduler.nextDeadline.map { $0 <= .at(.seconds(301)) } == true)
        holds(scheduler.advance(to: .at(.seconds(301))).isEmpty)
        let (destination, key) = try need(scheduler.nextUnrouted())
        holds(key.domain.text == "a.test")
        scheduler.routed(destination, to: first.site)
        let again = try need(scheduler.finishAndGoOn(try need(second), Sample.delivered, now: .at(.seconds(301))))
        holds(again.attempt == 2)
    }

    @Test func retryTimesDoubleUntilExpiry() throws {
        var scheduler = Sample.scheduler {
            $0.retry = RetryPolicy(first: .seconds(10), factor: 2, cap: .seconds(60), jitter: 0)
        }
        scheduler.takeIn(
            Sample.parcel(Sample.message(1, expiry: .at(.seconds(200)))), site: "s", now: .at(.zero))
        var attempts: [Int64] = []
        var expired: [Leaving] = []
        var second: Int64 = 0
        while expired.isEmpty, second < 1_000 {
            let now = MonotonicInstant.at(.seconds(second))
            expired = scheduler.advance(to: now)
            while let (destination, _) = scheduler.nextUnrouted() {
                scheduler.routed(destination, to: scheduler.site(named: "s", limits: SiteLimits(), now: now))
            }
            while let batch = scheduler.assign(now: now) {
                attempts.append(second)
                _ = scheduler.finishAndGoOn(batch, Sample.greylisted, now: now)
            }
            if expired.isEmpty { second += 1 }
        }
        holds(attempts == [0, 10, 30, 70, 130, 190])
        holds(second == 200)
        holds(expired.first?.deliveries.first?.attempts == 6)
        holds(scheduler.deliveries.count == 0)
    }

    @Test func whatIsScheduledWaitsForItsTime() throws {
        var scheduler = Sample.scheduler()
        var parcel = Sample.parcel(Sample.message(1))
        parcel.deliveries[0].due = .at(.seconds(3_600))
        scheduler.admit(parcel, to: nil, now: .at(.zero))
        holds(scheduler.explain(Sample.id(1)).map(\.reason) == [.scheduled(until: .at(.seconds(3_600)))])
        holds(scheduler.nextUnrouted() == nil)
        _ = scheduler.advance(to: .at(.seconds(3_600)))
        holds(scheduler.nextUnrouted() != nil)
        holds(scheduler.explain(Sample.id(1)).map(\.reason) == [.routing])
    }

    /// The defect of other engines: a queue that does not move keeps what should have expired.
    @Test(arguments: ["ready", "suspended", "back-off", "unrouted", "resolving", "waiting"])
    func expiresWhereItWaits(place: String) throws {
        var scheduler = Sample.scheduler { $0.siteBackOff = RetryPolicy(first: .seconds(9_999), cap: .seconds(9_999)) }
        let limits = SiteLimits(connections: 1)
        let expiry = MonotonicInstant.at(.seconds(100))
        switch place {
        case "ready", "suspended", "back-off":
            scheduler.takeIn(Sample.parcel(Sample.message(0)), site: "s", limits: limits, now: .at(.zero))
            let blocker = try need(scheduler.assign(now: .at(.zero)))
            scheduler.takeIn(
                Sample.parcel(Sample.message(1, expiry: expiry), recipients: 3), site: "s", limits: limits,
                now: .at(.zero))
            if place == "suspended" { scheduler.suspend(.journal) }
            if place == "back-off" {
                holds(scheduler.finishAndGoOn(blocker, Sample.refused, now: .at(.seconds(1))) == nil)
                holds(scheduler.sites[blocker.site].isBackedOff)
            }
        case "waiting":
            var parcel = Sample.parcel(Sample.message(1, expiry: expiry), recipients: 3)
            for index in parcel.deliveries.indices { parcel.deliveries[index].due = .at(.seconds(500)) }
            scheduler.admit(parcel, to: nil, now: .at(.zero))
        default:
            scheduler.admit(
                Sample.parcel(Sample.message(1, expiry: expiry), recipients: 3), to: nil, now: .at(.zero))
            if place == "resolving" { holds(scheduler.nextUnrouted() != nil) }
        }
        holds(scheduler.advance(to: .at(.milliseconds(99_999))).isEmpty)
        let deadline = try need(scheduler.nextDeadline)
        holds(deadline <= expiry)
        let expired = scheduler.advance(to: expiry)
        holds(expired.count == 1)
        holds(expired.first?.message.id == Sample.id(1))
        holds(expired.first?.deliveries.map(\.recipient).sorted() == [0, 1, 2])
        holds(scheduler.find(Sample.id(1)) == nil)
    }

    @Test func cancellationTakesAllButWhatIsUnderWay() throws {
        var scheduler = Sample.scheduler()
        let limits = SiteLimits(connections: 1, recipientsPerTransaction: 2)
        scheduler.takeIn(Sample.parcel(Sample.message(1), recipients: 5), site: "s", limits: limits, now: .at(.zero))
        let batch = try need(scheduler.assign(now: .at(.zero)))
        let (leaving, underWay) = scheduler.cancel(Sample.id(1))
        holds(leaving?.deliveries.map(\.recipient).sorted() == [2, 3, 4])
        holds(underWay == 2)
        // One is delivered after all, the other is not tried again.
        let dispositions = scheduler.finish(batch, [Sample.delivered, Sample.greylisted], now: .at(.zero))
        holds(dispositions == [.finished, .cancelled])
        holds(scheduler.deliveries.count == 0 && scheduler.messages.count == 0)
        holds(scheduler.next(on: batch.lane, of: batch.site, carried: 1, now: .at(.zero)) == nil)
        holds(scheduler.cancel(Sample.id(1)).leaving == nil)
    }

    @Test func nothingIsPulledWhileSuspended() throws {
        var scheduler = Sample.scheduler()
        for number in 0..<3 {
            scheduler.takeIn(
                Sample.parcel(Sample.message(number)), site: "s", limits: SiteLimits(connections: 1), now: .at(.zero))
        }
        let first = try need(scheduler.assign(now: .at(.zero)))
        scheduler.suspend(.journal)
        holds(scheduler.finishAndGoOn(first, Sample.delivered, now: .at(.zero)) == nil)
        holds(scheduler.assign(now: .at(.zero)) == nil)
        holds(scheduler.explain(Sample.id(2)).map(\.reason) == [.suspended(.journal)])
        scheduler.resume(.journal)
        holds(scheduler.assign(now: .at(.zero)) != nil)
    }

    @Test func whatWasNotTriedBecauseOfShutdownDoesNotCount() throws {
        var scheduler = Sample.scheduler()
        scheduler.takeIn(Sample.parcel(Sample.message(1)), site: "s", now: .at(.zero))
        let batch = try need(scheduler.assign(now: .at(.zero)))
        _ = scheduler.finish(batch, [Outcome(.deferred(.shuttingDown))], now: .at(.zero))
        _ = scheduler.next(on: batch.lane, of: batch.site, carried: 1, now: .at(.zero))
        // Nobody has scheduled it for later: it says what it waits for.
        let reasons = scheduler.explain(Sample.id(1)).map(\.reason)
        holds(reasons == [.retry(.shuttingDown, attempts: 0, until: .at(.seconds(1)))])
        _ = scheduler.advance(to: .at(.seconds(2)))
        let (destination, _) = try need(scheduler.nextUnrouted())
        holds(scheduler.takeUnrouted(destination).first?.deliveries.first?.attempts == 0)
    }

    @Test func anIdleSiteIsForgotten() throws {
        var scheduler = Sample.scheduler()
        scheduler.takeIn(Sample.parcel(Sample.message(1)), site: "s", now: .at(.zero))
        let batch = try need(scheduler.assign(now: .at(.zero)))
        holds(scheduler.finishAndGoOn(batch, Sample.delivered, now: .at(.seconds(60))) == nil)
        _ = scheduler.advance(to: .at(.seconds(179)))
        holds(scheduler.sites.count == 1)
        _ = scheduler.advance(to: .at(.seconds(180)))
        holds(scheduler.sites.count == 0 && scheduler.siteNumbers.isEmpty && scheduler.flows.count == 0)
        holds(scheduler.destinations.count == 0)
        holds(scheduler.nextDeadline == nil)
    }
}
