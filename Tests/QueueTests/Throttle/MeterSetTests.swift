import Mail
import Testing

@testable import Queue

@Suite struct MeterSetTests {
    /// Several counters with random limits, random requests at random times: whatever happens, no limit is exceeded in
    /// any window, what is refused could not have passed, and the time that a refusal names is the exact one.
    @Test(arguments: 0..<2_000 as Range<UInt64>)
    func noLimitIsExceededInAnyWindow(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var rules: [ThrottleRule] = []
        var rates: [RateLimit] = []
        for (place, match) in [ThrottleMatch.site(.any), .source(.any), .tenant(.any)].enumerated() {
            let periods = [Duration.milliseconds(7), .seconds(1), .seconds(60)]
            let rate = try #require(
                RateLimit(
                    count: .random(in: 1...50, using: &random), per: periods[Int.random(in: 0..<3, using: &random)],
                    burst: .random(in: 1...30, using: &random)))
            rates.append(rate)
            rules.append(ThrottleRule("\(place)", match, ThrottleLimits(messageRate: rate)))
        }
        var meters = MeterSet(try ThrottleTable(rules))
        let keys = [MeterKey(.site, "s"), MeterKey(.source, "i"), MeterKey(.tenant, "t")]
        let numbers = keys.map { meters.number(of: $0) }
        var passed = [[(at: Int64, count: Int)]](repeating: [], count: 3)
        var now = MonotonicInstant.at(.zero)
        let largest = try #require(rates.map(\.interval).max())
        for _ in 0..<60 {
            let step = Int64.random(in: 0...(largest * 2), using: &random)
            now = MonotonicInstant(nanoseconds: now.nanoseconds + (Bool.random(using: &random) ? step : 0))
            // Sometimes only some of the counters are asked: they then have different histories.
            var chosen = [0, 1, 2].filter { _ in Int.random(in: 0..<4, using: &random) > 0 }
            if chosen.isEmpty { chosen = [1] }
            let request = Meter.Request(messages: .random(in: 1...40, using: &random))
            let asked = chosen.map { numbers[$0] }
            if let granted = meters.take(request, from: asked, at: now) {
                #expect(granted >= 1 && granted <= request.messages)
                for place in chosen { passed[place].append((now.nanoseconds, granted)) }
            } else {
                let refusal = try need(meters.refusal(request, from: asked, at: now))
                let earliest = try #require(refusal.earliest)
                #expect(earliest > now)
                // A nanosecond before, somebody still refuses; then, all agree.
                let before = MonotonicInstant(nanoseconds: earliest.nanoseconds - 1)
                var copy = meters
                holds(copy.available(request, from: asked, at: before) == 0)
                holds(copy.available(request, from: asked, at: earliest) >= 1)
            }
        }
        for place in 0..<3 { Windows.check(passed[place], rates[place]) }
    }

    /// A rate that somebody always wants to use is used in full: what has passed after a time is the burst and
    /// everything earned since.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func creditIsNeverLeftLying(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let rate = try #require(
            RateLimit(
                count: .random(in: 1...1_000, using: &random), per: .seconds(1),
                burst: .random(in: 1...50, using: &random)))
        var meters = MeterSet(
            try ThrottleTable([ThrottleRule("r", .site(.any), ThrottleLimits(messageRate: rate))]))
        let number = [meters.number(of: MeterKey(.site, "s"))]
        var now = MonotonicInstant.at(.zero)
        var passed = 0
        for _ in 0..<500 {
            if let granted = meters.take(Meter.Request(messages: 1_000), from: number, at: now) {
                passed += granted
            } else {
                now = try need(meters.refusal(Meter.Request(messages: 1), from: number, at: now)?.earliest)
            }
        }
        let elapsed = now.nanoseconds - MonotonicInstant.at(.zero).nanoseconds
        let earned = rate.burst + Int(elapsed / rate.interval)
        #expect(passed == earned || passed == earned - 1, "the last step may have moved the clock only")
    }

    /// A clock that goes back earns nothing twice and stalls nothing; one that leaps forward gives one burst.
    @Test(arguments: 0..<500 as Range<UInt64>)
    func aBrokenClockReleasesNoBurst(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let rate = try #require(RateLimit(count: 100, per: .seconds(1), burst: 5))
        var meters = MeterSet(
            try ThrottleTable([ThrottleRule("r", .site(.any), ThrottleLimits(messageRate: rate))]))
        let number = [meters.number(of: MeterKey(.site, "s"))]
        var shown = MonotonicInstant.at(.seconds(100_000))
        holds(meters.available(Meter.Request(messages: 1), from: number, at: shown) == 1)
        var real: Int64 = 0
        var passed: [(at: Int64, count: Int)] = []
        for _ in 0..<200 {
            if Int.random(in: 0..<10, using: &random) == 0 {
                // Back, by up to an hour: the steps after it count from there. A late caller comes back at once.
                let back = Int64.random(in: 0...3_600_000_000_000, using: &random)
                let late = MonotonicInstant(nanoseconds: shown.nanoseconds - min(back, 9_000_000_000))
                if let granted = meters.take(Meter.Request(messages: 1), from: number, at: late) {
                    passed.append((real, granted))
                }
                if back > ThrottleClock.lateness.wholeNanoseconds {
                    shown = MonotonicInstant(nanoseconds: shown.nanoseconds - back)
                }
            } else {
                let step = Int64.random(in: 0...30_000_000, using: &random)
                shown = MonotonicInstant(nanoseconds: shown.nanoseconds + step)
                real += step
            }
            if let granted = meters.take(
                Meter.Request(messages: .random(in: 1...5, using: &random)), from: number, at: shown)
            {
                passed.append((real, granted))
            }
            let wait = meters.refusal(Meter.Request(messages: 1), from: number, at: shown)?.earliest
            #expect(wait.map { $0 - shown <= .milliseconds(10) } ?? true, "nobody waits for the old time to come back")
        }
        Windows.check(passed, rate)
        #expect(!passed.isEmpty)
        shown = shown + .seconds(86_400 * 365)
        holds(meters.available(Meter.Request(messages: 100), from: number, at: shown) == 5)
        shown = .distantFuture
        holds(meters.available(Meter.Request(messages: 100), from: number, at: shown) == 5)
        shown = MonotonicInstant(nanoseconds: .min)
        holds(meters.available(Meter.Request(messages: 100), from: number, at: shown) == 5)
    }

    @Test func connectionsHaveNoTimeAndRatesNameTheLastToAgree() throws {
        let slow = try #require(RateLimit(count: 1, per: .seconds(10), burst: 1))
        let fast = try #require(RateLimit(count: 1, per: .seconds(1), burst: 1))
        var meters = MeterSet(
            try ThrottleTable([
                ThrottleRule("site", .site(.any), ThrottleLimits(messageRate: fast, connectionRate: slow)),
                ThrottleRule("tenant", .tenant(.any), ThrottleLimits(messageRate: slow, connections: 2)),
            ]))
        let site = meters.number(of: MeterKey(.site, "s"))
        let tenant = meters.number(of: MeterKey(.tenant, "t"))
        let now = MonotonicInstant.at(.zero)
        let request = Meter.Request(messages: 3, connects: 1, places: 1)
        holds(meters.take(request, from: [site, tenant], at: now) == 1)
        let refusal = try need(meters.refusal(Meter.Request(messages: 1), from: [site, tenant], at: now))
        #expect(refusal.rule == "tenant" && refusal.limit == .messageRate(slow))
        #expect(refusal.key == MeterKey(.tenant, "t") && refusal.earliest == .at(.seconds(10)))
        let connect = try need(meters.refusal(Meter.Request(connects: 1), from: [site], at: now))
        #expect(connect.limit == .connectionRate(slow) && connect.rule == "site")
        let later = MonotonicInstant.at(.seconds(20))
        holds(meters.take(Meter.Request(messages: 1, places: 1), from: [site, tenant], at: later) == 1)
        let full = try need(meters.refusal(request, from: [site, tenant], at: later))
        #expect(full.limit == .connections(2) && full.earliest == nil)
        meters.leave(1, of: tenant)
        holds(meters.inUse(of: tenant) == 1)
        holds(meters.refusal(Meter.Request(places: 1), from: [tenant], at: later) == nil)
    }

    /// A million tenants that came and went are not kept, but one that still owes is.
    @Test func forgetsWhatIsWholeAgainAndNothingElse() throws {
        let rate = try #require(RateLimit(count: 1, per: .seconds(3_600), burst: 1))
        let quick = try #require(RateLimit(count: 1_000, per: .seconds(1), burst: 1))
        var meters = MeterSet(
            try ThrottleTable([
                ThrottleRule("all", .site(.any), ThrottleLimits(messageRate: quick)),
                ThrottleRule("slow", .site(.exact("slow")), ThrottleLimits(messageRate: rate)),
            ]))
        let slow = meters.number(of: MeterKey(.site, "slow"))
        holds(meters.take(Meter.Request(messages: 1), from: [slow], at: .at(.zero)) == 1)
        meters.release(slow)
        for number in 0..<20_000 {
            let site = meters.number(of: MeterKey(.site, "s\(number)"))
            holds(
                meters.take(Meter.Request(messages: 1), from: [site], at: .at(.milliseconds(number * 10))) == 1)
            meters.release(site)
        }
        holds(meters.count < 3_000)
        let again = meters.number(of: MeterKey(.site, "slow"))
        holds(meters.available(Meter.Request(messages: 1), from: [again], at: .at(.seconds(300))) == 0)
        holds(meters.available(Meter.Request(messages: 1), from: [again], at: .at(.seconds(3_600))) == 1)
    }

    @Test func aReloadKeepsWhatWasSpent() throws {
        let rate = try #require(RateLimit(count: 1, per: .seconds(10), burst: 2))
        var meters = MeterSet(try ThrottleTable([ThrottleRule("r", .site(.any), ThrottleLimits(messageRate: rate))]))
        let site = meters.number(of: MeterKey(.site, "s"))
        holds(meters.take(Meter.Request(messages: 2, places: 1), from: [site], at: .at(.zero)) == 2)
        let other = try #require(RateLimit(count: 1, per: .seconds(1), burst: 2))
        meters.replace(
            try ThrottleTable([ThrottleRule("n", .site(.any), ThrottleLimits(messageRate: other, connections: 1))]),
            at: .at(.zero))
        holds(meters.available(Meter.Request(messages: 1), from: [site], at: .at(.milliseconds(999))) == 0)
        holds(meters.available(Meter.Request(messages: 1), from: [site], at: .at(.seconds(1))) == 1)
        holds(meters.refusal(Meter.Request(places: 1), from: [site], at: .at(.seconds(1)))?.limit == .connections(1))
        meters.replace(.empty, at: .at(.seconds(1)))
        holds(meters.take(Meter.Request(messages: 99, places: 1), from: [site], at: .at(.seconds(1))) == 99)
    }
}

/// The oracle: counts every window that begins with something passing and ends with something passing, which are the
/// fullest there are.
enum Windows {
    static func check(
        _ passed: [(at: Int64, count: Int)], _ rate: RateLimit, slack: Int64 = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var worst = 0
        for first in passed.indices {
            var sum = 0
            for last in first..<passed.endIndex {
                sum += passed[last].count
                let length = passed[last].at - passed[first].at + slack
                // In integers: at most the burst and one for each whole interval.
                worst = max(worst, sum - rate.burst - Int(length / rate.interval))
            }
        }
        #expect(worst <= 0, "exceeded by \(worst)", sourceLocation: sourceLocation)
    }
}
