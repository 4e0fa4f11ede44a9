import Mail
import Testing

@testable import Queue

@Suite struct CreditLedgerTests {
    /// Holders that borrow in batches exceed the limit by no more than their leases are long.
    @Test(arguments: 0..<500 as Range<UInt64>)
    func leasesStayWithinTheirBound(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let rate = try #require(
            RateLimit(
                count: .random(in: 1...100, using: &random), per: .seconds(1),
                burst: .random(in: 1...20, using: &random)))
        let ledger = SharedMeters(
            try ThrottleTable([ThrottleRule("t", .tenant(.any), ThrottleLimits(messageRate: rate))]))
        let key = MeterKey(.tenant, "t")
        let term = Duration.milliseconds(Int.random(in: 1...300, using: &random))
        var holders = [LeasedCredit](repeating: LeasedCredit(), count: 3)
        var passed: [(at: Int64, count: Int)] = []
        var now = MonotonicInstant.at(.zero)
        for _ in 0..<300 {
            now = now + .milliseconds(Int.random(in: 0...40, using: &random))
            let holder = Int.random(in: 0..<3, using: &random)
            if holders[holder].available(at: now) == 0, let lease = ledger.lease(8, of: key, for: term, at: now) {
                holders[holder].add(lease)
            }
            let taken = holders[holder].take(.random(in: 1...5, using: &random), at: now)
            if taken > 0 { passed.append((now.nanoseconds, taken)) }
        }
        Windows.check(passed, rate, slack: term.wholeNanoseconds)
        #expect(!passed.isEmpty)
    }

    @Test func whatIsNotSpentInTimeIsVoid() {
        var credit = LeasedCredit()
        credit.add(CreditLease(count: 3, expires: .at(.seconds(10))))
        credit.add(CreditLease(count: 2, expires: .at(.seconds(5))))
        holds(credit.take(3, at: .at(.seconds(1))) == 3)
        // The one that expires first was spent first.
        holds(credit.available(at: .at(.seconds(6))) == 2)
        holds(credit.take(9, at: .at(.seconds(6))) == 2)
        credit.add(CreditLease(count: 3, expires: .at(.seconds(10))))
        holds(credit.take(1, at: .at(.seconds(10))) == 0)
    }

    @Test func aTenantsPlacesAreSharedByAllShards() throws {
        let ledger = SharedMeters(
            try ThrottleTable([ThrottleRule("t", .tenant(.any), ThrottleLimits(connections: 2))]))
        let number = MeterNumbers(tenant: try #require(ledger.number(of: MeterKey(.tenant, "t"))))
        #expect(ledger.number(of: MeterKey(.site, "s")) == nil)
        #expect(try ledger.begin(5, of: number, at: .at(.zero)).get() == 5)
        #expect(ledger.refusal(of: number, at: .at(.zero)) == nil)
        #expect(try ledger.begin(5, of: number, at: .at(.zero)).get() == 5)
        #expect(ledger.refusal(of: number, at: .at(.zero))?.limit == .connections(2))
        guard case .failure(let error) = ledger.begin(1, of: number, at: .at(.zero)) else {
            Issue.record("a third was let in")
            return
        }
        #expect(error.refusal.limit == .connections(2) && error.refusal.earliest == nil)
        ledger.end(of: number)
        #expect(try ledger.begin(1, of: number, at: .at(.zero)).get() == 1)
    }
}
