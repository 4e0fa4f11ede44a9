import Mail
import Testing

@testable import Queue

@Suite struct FairShareTests {
    /// Deficit round robin: while two tenants both wait, neither gets ahead of the other by more than a quantum and a
    /// batch each, whatever the sizes of their messages and however much one of them has queued.
    @Test(arguments: 0..<10 as Range<UInt64>)
    func noTenantGetsAheadByMoreThanTheBound(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var scheduler = Sample.scheduler()
        let limits = SiteLimits(connections: 1, recipientsPerTransaction: 40)
        var queued: [Int: Int] = [:]
        var number = 0
        // Tenant 0 has hundreds of times as much as the others.
        for tenant in 0..<6 {
            let sizes = [1, 1, 5, 40, 100, 17]
            for _ in 0..<(tenant == 0 ? 20_000 : 120) {
                let recipients = Int.random(in: 1...sizes[tenant], using: &random)
                scheduler.takeIn(
                    Sample.parcel(Sample.message(number, tenant: tenant), recipients: recipients), site: "s",
                    limits: limits, now: .at(.zero))
                queued[tenant, default: 0] += recipients
                number += 1
            }
        }
        let bound = 2 * (scheduler.options.quantum + limits.recipientsPerTransaction)
        var served = [Int](repeating: 0, count: 6)
        var batch = scheduler.assign(now: .at(.zero))
        while let current = batch {
            let tenant = Int(scheduler.tenant(of: current.message).low)
            served[tenant] += current.count
            let waiting = (0..<6).filter { served[$0] < queued[$0, default: 0] }
            for one in waiting {
                for other in waiting { holds(abs(served[one] - served[other]) <= bound) }
            }
            batch = scheduler.finishAndGoOn(current, Sample.delivered, now: .at(.zero))
        }
        holds(served.enumerated().allSatisfy { $0.element == queued[$0.offset] })
    }
}
