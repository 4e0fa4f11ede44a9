import Mail
import Testing

@testable import Queue

/// Re-routes that stand, as the scheduler follows them.
@Suite(.timeLimit(.minutes(1))) struct StandingRouteTests {
    @Test func `a message to two sites with a re-route each is moved as a whole, and not once for each pair`() throws {
        let sources = ["a", "b", "c"].map { EgressSource(name: $0) }
        let pools = ["main", "warm", "cold"].enumerated().map { SourcePool(name: $1, members: [.init(source: $0)]) }
        let table = try EgressTable(sources: sources, pools: pools, rules: [PoolRule(pool: "main")])
        var scheduler = Sample.scheduler { $0.egress = table }
        var book = RouteBook()
        _ = book.add(RouteBookTests.route(1, to: "warm") { $0.site = "s0" })
        _ = book.add(RouteBookTests.route(2, to: "cold") { $0.site = "s1" })
        scheduler.obey(book)
        let now = MonotonicInstant.at(.zero)
        let message = Sample.message(1)
        // Before, each delivery to the second site doubled the work: 80 of them were not done in a lifetime.
        for recipient in 0..<160 {
            let pending = PendingDelivery(
                recipient: UInt32(recipient), destination: Domain(canonical: "d\(recipient % 2).test"))
            scheduler.takeIn(Parcel(message: message, deliveries: [pending]), site: "s\(recipient % 2)", now: now)
        }
        #expect(scheduler.counts.ready == 160)
        // All of it takes the pool of the site that was reached last.
        let pooled = Set(scheduler.explanations(of: message.id, now: now).map(\.pool))
        #expect(pooled == ["cold"])
        var left = 0
        while let batch = scheduler.assign(now: now) {
            var next: Batch? = batch
            while let batch = next {
                #expect(scheduler.source(of: batch)?.name == "c")
                left += batch.count
                next = scheduler.finishAndGoOn(batch, Sample.delivered, now: now)
            }
        }
        #expect(left == 160)
    }
}
