import Mail
import Testing

@testable import Queue

@Suite struct PromptnessTests {
    /// Others' campaigns fill a site; then somebody asks for a new password.
    private static func scheduler(
        _ random: inout SplitMix64, stream: MailStream, connections: Int
    ) -> Scheduler {
        var scheduler = Sample.scheduler { $0.feedback.initial = 64 }
        let tenants = Int.random(in: 1...4, using: &random)
        for number in 0..<150 {
            var message = Sample.message(number, tenant: number % tenants, stream: stream)
            message.campaign = Sample.id(5_000 + Int.random(in: 0..<20, using: &random))
            scheduler.takeIn(
                Sample.parcel(message, recipients: Int.random(in: 1...12, using: &random)), site: "s",
                limits: SiteLimits(connections: connections, recipientsPerTransaction: 4), now: .at(.zero))
        }
        return scheduler
    }

    /// It goes before anything else is pulled: it waits for one batch of each connection at most, whether the campaigns
    /// are broadcast or claim to be transactional.
    @Test func aPasswordResetWaitsForOneBatchPerConnection() throws {
        for seed in 0..<250 as Range<UInt64> { try Self.sendReset(seed: seed) }
    }

    private static func sendReset(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let connections = Int.random(in: 1...8, using: &random)
        let stream: MailStream = seed % 2 == 0 ? .broadcast : .transactional
        var scheduler = scheduler(&random, stream: stream, connections: connections)
        var lanes: [Batch] = []
        while let batch = scheduler.assign(now: .at(.zero)) { lanes.append(batch) }
        #expect(lanes.count == connections)
        // Some time into it: every tenant has had its first turn.
        for _ in 0..<Int.random(in: 50...90, using: &random) {
            let place = Int.random(in: 0..<lanes.count, using: &random)
            lanes[place] = try need(scheduler.finishAndGoOn(lanes[place], Sample.delivered, now: .at(.zero)))
        }
        scheduler.takeIn(Sample.parcel(Sample.message(9_999, tenant: 50)), site: "s", now: .at(.zero))
        var pulls = 0
        while true {
            let place = Int.random(in: 0..<lanes.count, using: &random)
            lanes[place] = try need(scheduler.finishAndGoOn(lanes[place], Sample.delivered, now: .at(.zero)))
            pulls += 1
            if scheduler.facts(of: lanes[place].message).id == Sample.id(9_999) { break }
            if pulls > connections { break }
        }
        #expect(pulls == 1, "seed \(seed)")
    }

    /// A tenant with fifty campaigns gets no more than one with a single one.
    @Test func campaignsShareTheirTenantsTurn() throws {
        var scheduler = Sample.scheduler()
        for number in 0..<2_000 {
            var message = Sample.message(number, tenant: number % 2, stream: .broadcast)
            if number % 2 == 0 { message.campaign = Sample.id(5_000 + number % 100) }
            scheduler.takeIn(Sample.parcel(message), site: "s", limits: SiteLimits(connections: 1), now: .at(.zero))
        }
        var served = [0, 0]
        var campaigns: [UUIDv7: Int] = [:]
        var batch = scheduler.assign(now: .at(.zero))
        while let current = batch, served[0] + served[1] < 1_000 {
            let facts = scheduler.facts(of: current.message)
            served[Int(facts.tenant.low)] += 1
            if let campaign = facts.campaign { campaigns[campaign, default: 0] += 1 }
            batch = scheduler.finishAndGoOn(current, Sample.delivered, now: .at(.zero))
        }
        #expect(abs(served[0] - served[1]) <= scheduler.options.quantum)
        // And they share it evenly among themselves.
        #expect(campaigns.count == 50 && campaigns.values.allSatisfy { (9...11).contains($0) })
    }

    /// A tenant that always has little and comes again at once does not hold up the others.
    @Test func sendingLittleAtATimeIsNoWayToTheFront() throws {
        var scheduler = Sample.scheduler()
        let limits = SiteLimits(connections: 1)
        for number in 0..<500 {
            scheduler.takeIn(
                Sample.parcel(Sample.message(number, tenant: 1)), site: "s", limits: limits, now: .at(.zero))
        }
        var next = 1_000
        var served = [0, 0]
        var batch = scheduler.assign(now: .at(.zero))
        for _ in 0..<400 {
            let current = try need(batch)
            served[Int(scheduler.tenant(of: current.message).low) == 1 ? 1 : 0] += 1
            scheduler.takeIn(Sample.parcel(Sample.message(next, tenant: 2)), site: "s", limits: limits, now: .at(.zero))
            next += 1
            batch = scheduler.finishAndGoOn(current, Sample.delivered, now: .at(.zero))
        }
        #expect(abs(served[0] - served[1]) <= 3 * scheduler.options.quantum, "\(served)")
    }
}
