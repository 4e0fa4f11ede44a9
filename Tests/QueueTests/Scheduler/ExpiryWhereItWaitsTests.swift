import Mail
import Testing

@testable import Queue

/// The life of a delivery ends on time wherever it waits, also where nothing ever comes to its turn: behind a site that
/// is held, limited or backed off, in a parked flow, for a source without a cap, without a route. (KumoMTA looked at the
/// age of a message only when it was tried: its issue 539.)
@Suite struct ExpiryWhereItWaitsTests {
    enum Place: String, CaseIterable {
        case heldSite, heldTenant, heldCampaign, heldSource, limitedSite, limitedTenant, fullTenant, backedOffSite
        case quota, warmup, noLane, noRoute, retry, scheduled, suspendedQueue
    }

    private static let life = Duration.seconds(1_000)
    private static let tenant = UUIDv7(high: 0x7000, low: 0)
    private static let campaign = UUIDv7(high: 0x7000, low: 77)

    private static func hold(_ scope: Hold.Scope) -> Hold {
        Hold(
            id: UUIDv7(high: 0x7000, low: 99), scope: scope, cause: .operator(by: "", reason: ""),
            since: WallTime(milliseconds: 0), until: nil)
    }

    private static func scheduler(_ place: Place) throws -> Scheduler {
        let never = try #require(RateLimit(count: 1, per: .seconds(100_000), burst: 1))
        let source = EgressSource(name: "one")
        return try {
            let egress = try EgressTable(
                sources: [source], pools: [SourcePool(name: "main", members: [.init(source: 0)])],
                rules: [PoolRule(pool: "main")])
            let table =
                switch place {
                case .limitedSite:
                    try ThrottleTable([ThrottleRule("s", .site(.any), ThrottleLimits(messageRate: never))])
                case .limitedTenant:
                    try ThrottleTable([ThrottleRule("t", .tenant(.any), ThrottleLimits(messageRate: never))])
                case .fullTenant: try ThrottleTable([ThrottleRule("t", .tenant(.any), ThrottleLimits(connections: 1))])
                default: ThrottleTable.empty
                }
            return Sample.scheduler {
                $0.lifetime = life
                $0.throttles = table
                $0.siteBackOff = RetryPolicy(first: .seconds(90_000), cap: .seconds(90_000), jitter: 0)
                $0.retry = RetryPolicy(first: .seconds(90_000), cap: .seconds(90_000), jitter: 0)
                if place == .noLane { $0.lanes = 1 }
                if place == .heldSource || place == .warmup { $0.egress = egress }
                if place == .quota || place == .warmup { $0.daily = EmptyLedger() }
            }
        }()
    }

    @Test(arguments: Place.allCases)
    func aDeliveryExpiresOnTime(place: Place) throws {
        var scheduler = try Self.scheduler(place)
        let start = MonotonicInstant.at(.zero)
        func message(_ number: Int) -> MessageFacts {
            var facts = Sample.message(number, expiry: start + Self.life)
            facts.campaign = Self.campaign
            return facts
        }
        switch place {
        case .heldSite: scheduler.apply(Self.hold(.site("s")), until: nil, now: start)
        case .heldTenant: scheduler.apply(Self.hold(.tenant(Self.tenant)), until: nil, now: start)
        case .heldCampaign: scheduler.apply(Self.hold(.campaign(Self.campaign)), until: nil, now: start)
        case .heldSource: scheduler.apply(Self.hold(.source("one")), until: nil, now: start)
        case .suspendedQueue: scheduler.suspend(.journal)
        default: break
        }
        // One that goes first and takes what there is, and does not come back.
        let isSecond = [.limitedSite, .limitedTenant, .fullTenant, .noLane].contains(place)
        if isSecond {
            let other = Sample.message(9, expiry: start + .seconds(80_000))
            scheduler.takeIn(Sample.parcel(other), site: "s", limits: SiteLimits(connections: 2), now: start)
            holds(scheduler.assign(now: start)?.count == 1)
        }
        var parcel = Sample.parcel(message(1))
        if place == .scheduled { parcel.deliveries[0].due = start + .seconds(5_000) }
        switch place {
        case .noRoute: scheduler.admit(parcel, to: nil, now: start)
        default: scheduler.takeIn(parcel, site: "s", limits: SiteLimits(connections: 2), now: start)
        }
        switch place {
        case .backedOffSite, .retry:
            let first = try need(scheduler.assign(now: start))
            let outcome = place == .retry ? Sample.greylisted : Sample.refused
            holds(scheduler.finishAndGoOn(first, outcome, now: start) == nil)
            if place == .backedOffSite {
                scheduler.takeIn(Sample.parcel(message(2)), site: "s", limits: SiteLimits(connections: 2), now: start)
            }
        default: holds(scheduler.assign(now: start) == nil)
        }
        let before = scheduler.counts.deliveries
        holds(scheduler.advance(to: start + Self.life + .milliseconds(-1)).isEmpty)
        holds(scheduler.counts.deliveries == before)
        // The shard's alarm rings for it, not only for something else.
        holds((scheduler.nextDeadline ?? .distantFuture) <= start + Self.life)
        let leaving = scheduler.advance(to: start + Self.life)
        let gone = leaving.reduce(0) { $0 + $1.deliveries.count }
        holds(gone == (place == .backedOffSite ? 2 : 1))
        holds(scheduler.counts.deliveries == (isSecond ? 1 : 0))
        holds(scheduler.stalls(now: start + Self.life).isEmpty)
    }
}

/// Caps of nothing: every count is used up, and no day brings more.
private struct EmptyLedger: DailyLedger {
    func counter(for key: DailyKey) -> UInt32? {
        switch key {
        case .warmup: 1
        case .tenantQuota: 2
        case .campaignQuota: nil
        }
    }

    private var refusal: DailyRefusal {
        DailyRefusal(cause: .warmupPaused(source: "one", group: "other"), earliest: nil)
    }

    func take(_ count: Int, of counter: UInt32, at now: MonotonicInstant) -> Result<Int, DailyRefusal> {
        .failure(refusal)
    }

    func settle(_ counter: UInt32, delivered: Int, failed: Int, untried: Int, at now: MonotonicInstant) {}

    func refusal(of counter: UInt32, at now: MonotonicInstant) -> DailyRefusal? { refusal }
}
