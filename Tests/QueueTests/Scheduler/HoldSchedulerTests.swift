import Mail
import Testing

@testable import Queue

@Suite struct HoldSchedulerTests {
    private static func filled(_ change: (inout SchedulerOptions) -> Void = { _ in }) -> Scheduler {
        var scheduler = Sample.scheduler(change)
        for number in 0..<8 {
            var message = Sample.message(number, tenant: number % 2)
            if number % 4 == 3 { message.campaign = Sample.id(9_000) }
            scheduler.takeIn(
                Sample.parcel(message, to: "\(number / 4).test"), site: "site\(number / 4)", now: .at(.zero))
        }
        return scheduler
    }

    /// What a hold covers stays, the rest goes; when it ends, exactly the rest is left to go.
    @Test(arguments: [
        (Hold.Scope.site("site0"), [0, 1, 2, 3]), (.tenant(Sample.tenant(1)), [1, 3, 5, 7]),
        (.siteAndTenant(site: "site1", tenant: Sample.tenant(0)), [4, 6]), (.campaign(Sample.id(9_000)), [3, 7]),
    ])
    func holdsWhatItCovers(scope: Hold.Scope, held: [Int]) throws {
        var scheduler = Self.filled()
        let hold = Sample.hold(1, scope)
        scheduler.apply(hold, until: nil, now: .at(.zero))
        #expect(scheduler.sendAll(now: .at(.zero)) == ["": 8 - held.count])
        for number in 0..<8 {
            let reason = scheduler.reason(number, now: .at(.seconds(1)))
            #expect(reason == (held.contains(number) ? .held(hold) : nil))
        }
        #expect(scheduler.explanations(of: Sample.id(held[0]), now: .at(.zero)).first?.earliest == nil)
        scheduler.release(hold: hold.id)
        #expect(scheduler.sendAll(now: .at(.seconds(2))) == ["": held.count])
        holds(scheduler.heldFlows.isEmpty && !scheduler.hasGates && scheduler.parkedFlows().isEmpty)
    }

    @Test func endsByItself() throws {
        var scheduler = Self.filled()
        let site = Sample.hold(1, .site("site0"))
        let tenant = Sample.hold(2, .tenant(Sample.tenant(1)))
        scheduler.apply(site, until: .at(.seconds(50)), now: .at(.zero))
        scheduler.apply(tenant, until: .at(.seconds(80)), now: .at(.zero))
        #expect(scheduler.sendAll(now: .at(.zero)) == ["": 2])
        #expect(scheduler.explanations(of: Sample.id(0), now: .at(.seconds(1))).first?.earliest == .at(.seconds(50)))
        holds(scheduler.nextDeadline.map { $0 <= .at(.seconds(50)) } == true)
        _ = scheduler.advance(to: .at(.milliseconds(49_999)))
        #expect(scheduler.sendAll(now: .at(.milliseconds(49_999))).isEmpty)
        _ = scheduler.advance(to: .at(.seconds(50)))
        #expect(scheduler.sendAll(now: .at(.seconds(50))) == ["": 2])
        _ = scheduler.advance(to: .at(.seconds(80)))
        #expect(scheduler.sendAll(now: .at(.seconds(80))) == ["": 4])
        holds(scheduler.holds.isEmpty)
    }

    /// Two holds of one scope: both must be gone. The same hold told twice is one.
    @Test func allMustBeGone() throws {
        var scheduler = Self.filled()
        for _ in 0..<2 { scheduler.apply(Sample.hold(1, .site("site0")), until: nil, now: .at(.zero)) }
        scheduler.apply(Sample.hold(2, .site("site0")), until: nil, now: .at(.zero))
        #expect(scheduler.sendAll(now: .at(.zero)) == ["": 4])
        scheduler.release(hold: Sample.hold(1, .site("site0")).id)
        #expect(scheduler.sendAll(now: .at(.zero)).isEmpty)
        scheduler.release(hold: Sample.hold(2, .site("site0")).id)
        #expect(scheduler.sendAll(now: .at(.zero)) == ["": 4])
    }

    /// A site that comes up while it is held is held; what is held still expires.
    @Test func holdsWhatComesLater() throws {
        var scheduler = Sample.scheduler()
        scheduler.apply(Sample.hold(1, .site("s")), until: nil, now: .at(.zero))
        scheduler.takeIn(Sample.parcel(Sample.message(1, expiry: .at(.seconds(10)))), site: "s", now: .at(.zero))
        holds(scheduler.assign(now: .at(.zero)) == nil)
        #expect(scheduler.advance(to: .at(.seconds(10))).count == 1)
        _ = scheduler.advance(to: .at(.seconds(200)))
        holds(scheduler.sites.count == 0 && scheduler.flows.count == 0 && scheduler.groups.count == 0)
    }
}
