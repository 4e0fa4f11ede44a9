import Mail
import Testing

@testable import Queue

/// What one source of several cannot do must not keep the mail of the others.
@Suite struct SourceTroubleTests {
    private static func sent(
        by scheduler: inout Scheduler, until end: Duration, _ answer: (String) -> Outcome
    ) -> [String: Int] {
        var delivered: [String: Int] = [:]
        var now = MonotonicInstant.at(.zero)
        while now <= .at(end) {
            _ = scheduler.advance(to: now)
            while let (destination, _) = scheduler.nextUnrouted() {
                scheduler.routed(destination, to: scheduler.site(named: "site", limits: SiteLimits(), now: now))
            }
            var batch = scheduler.assign(now: now)
            while let current = batch {
                let name = scheduler.source(of: current)?.name ?? ""
                let outcome = answer(name)
                if outcome.verdict == .delivered { delivered[name, default: 0] += current.count }
                batch = scheduler.finishAndGoOn(current, outcome, now: now) ?? scheduler.assign(now: now)
            }
            now = now + .milliseconds(500)
        }
        return delivered
    }

    @Test func aSourceThatCannotBeUsedDelaysNothingForLong() throws {
        let table = try Sample.egress([1, 1])
        var scheduler = Sample.scheduler {
            $0.egress = table
            $0.sourceWatch = SourceWatch()
        }
        for number in 0..<60 {
            scheduler.takeIn(Sample.parcel(Sample.message(number)), site: "site", now: .at(.zero))
        }
        let sent = Self.sent(by: &scheduler, until: .seconds(10)) { name in
            name == "s0" ? Outcome(.deferred(.sourceUnavailable)) : Sample.delivered
        }
        #expect(sent == ["s1": 60])
        holds(scheduler.counts.deliveries == 0)
    }

    @Test func whatASourceCouldNotTakeSaysSoWhileItWaits() throws {
        let table = try Sample.egress([1])
        var scheduler = Sample.scheduler {
            $0.egress = table
            $0.sourceWatch = SourceWatch()
        }
        scheduler.takeIn(Sample.parcel(Sample.message(1)), site: "site", now: .at(.zero))
        let batch = try need(scheduler.assign(now: .at(.zero)))
        let trouble = Outcome(.deferred(.sourceUnavailable))
        holds(scheduler.finish(batch, [trouble], now: .at(.zero)) == [.retry(at: .at(.seconds(1)))])
        let reasons = scheduler.explain(Sample.id(1)).map(\.reason)
        holds(reasons == [.retry(.sourceUnavailable, attempts: 0, until: .at(.seconds(1)))])
    }

    @Test func oneSourceThatIsToldToGoDoesNotStopTheOthers() throws {
        let table = try Sample.egress([1, 1])
        var scheduler = Sample.scheduler { $0.egress = table }
        for number in 0..<200 {
            scheduler.takeIn(Sample.parcel(Sample.message(number)), site: "site", now: .at(.zero))
        }
        let busy = Outcome(.deferred(.remoteReply), reply: Reply(code: 421, text: "4.7.0 too many from your address"))
        let sent = Self.sent(by: &scheduler, until: .zero) { $0 == "s0" ? busy : Sample.delivered }
        #expect(sent == ["s1": 100])
        let site = try need(scheduler.findSite(named: "site"))
        holds(!scheduler.sites[site].isBackedOff && scheduler.sites[site].allowance >= 1)
    }
}
