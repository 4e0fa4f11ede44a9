import Mail
import MartletTesting
import Testing

@testable import Queue

@Suite struct RetryPlanTests {
    private var generator = SplitMix64(seed: 5)

    private static func reply(_ code: UInt16, _ text: String) -> Outcome {
        Outcome(.deferred(.remoteReply), reply: Reply(code: code, lines: [Array(text.utf8)]))
    }

    private static func plan(_ change: (inout RetryPlan) -> Void = { _ in }) -> RetryPlan {
        var plan = RetryPlan()
        plan.policy.jitter = 0
        for kind in RetryClass.allCases { plan.classes[kind]?.jitter = 0 }
        change(&plan)
        return plan
    }

    @Test func everyClassHasItsPolicy() {
        var generator = generator
        let plan = Self.plan()
        let expected: [(RetryClass, [Int])] = [
            (.greylisting, [120, 180, 270, 405]), (.throttling, [300, 450, 675]),
            (.mailboxFull, [3_600, 7_200, 14_400, 28_800, 28_800]), (.policy, [900, 1_800]), (.other, [300, 600]),
            (.connection, [300, 600]),
        ]
        for (kind, waits) in expected {
            for (index, wait) in waits.enumerated() {
                let found = plan.delay(after: index + 1, kind, in: .broadcast, using: &generator)
                #expect(found == .seconds(wait), "\(kind) \(index + 1)")
            }
        }
    }

    @Test func aStreamsOwnPolicyGoesFirst() {
        var generator = generator
        let plan = Self.plan {
            $0.streams[.transactional] = [.greylisting: RetryPolicy(first: .seconds(30), jitter: 0)]
        }
        #expect(plan.delay(after: 1, .greylisting, in: .transactional, using: &generator) == .seconds(30))
        #expect(plan.delay(after: 1, .greylisting, in: .broadcast, using: &generator) == .seconds(120))
        #expect(plan.delay(after: 1, .mailboxFull, in: .transactional, using: &generator) == .seconds(3_600))
    }

    @Test(arguments: [
        // A longer wait is kept to, whatever the attempt; up to the maximum.
        (1, 600, 600), (9, 20_000, 14_400), (1, 1_000_000, 14_400),
        // A shorter one counts for the first tries only, and never below the minimum.
        (1, 90, 90), (4, 90, 90), (5, 90, 1_440), (1, 5, 60), (1, 0, 60),
    ])
    func hintsCountWithinBounds(failures: Int, hint: Int, wait: Int) {
        var generator = generator
        let plan = Self.plan {
            $0.policy = RetryPolicy(first: .seconds(90), factor: 2, cap: .seconds(7_200), jitter: 0)
        }
        let found = plan.delay(after: failures, .other, in: .broadcast, hint: .seconds(hint), using: &generator)
        #expect(found == .seconds(wait))
        var deaf = plan
        deaf.hints.isHonoured = false
        let own = deaf.delay(after: failures, .other, in: .broadcast, hint: .seconds(hint), using: &generator)
        #expect(own == deaf.delay(after: failures, .other, in: .broadcast, using: &generator))
    }

    /// After a restart what was journalled is kept to, up to this.
    @Test(arguments: 0..<50)
    func noWaitIsLongerThanTheLongest(seed: Int) {
        var generator = SplitMix64(seed: UInt64(seed))
        var plan = RetryPlan()
        plan.streams[.broadcast] = [.policy: RetryPolicy(first: .seconds(60), cap: .seconds(90_000), jitter: 0.5)]
        plan.hints.maximum = .seconds(Int.random(in: 60...200_000, using: &generator))
        for failures in 1...20 {
            for kind in RetryClass.allCases {
                for hint in [nil, Duration.seconds(Int.random(in: 0...400_000, using: &generator))] {
                    let wait = plan.delay(after: failures, kind, in: .broadcast, hint: hint, using: &generator)
                    #expect(wait <= plan.longestWait)
                }
            }
        }
        #expect(plan.longestWait >= .seconds(90_000))
    }

    /// Whatever a host says and whatever is configured: never before the bounded hint, never beyond a bound, no trap.
    @Test(arguments: 0..<200)
    func boundsHoldForAnyNumbers(seed: Int) {
        var generator = SplitMix64(seed: UInt64(seed))
        let numbers = [0, -1, 1, 59, 60, 61, 3_600, 14_400, 999_999_999, Int(Int32.max)]
        for _ in 0..<100 {
            var plan = RetryPlan()
            plan.hints.minimum = .seconds(numbers.randomElement(using: &generator) ?? 0)
            plan.hints.maximum = .seconds(numbers.randomElement(using: &generator) ?? 0)
            plan.hints.tries = numbers.randomElement(using: &generator) ?? 0
            let kind = RetryClass.allCases.randomElement(using: &generator) ?? .other
            let hint = Duration.seconds(numbers.randomElement(using: &generator) ?? 0)
            let failures = Int.random(in: -1...70_000, using: &generator)
            let wait = plan.delay(after: failures, kind, in: .broadcast, hint: hint, using: &generator)
            #expect(wait >= .zero)
            let highest = max(plan.hints.minimum, plan.hints.maximum, plan.policy(for: kind, in: .broadcast).cap)
            #expect(wait <= highest * 1.11)
            if hint >= plan.policy(for: kind, in: .broadcast).cap { #expect(wait >= min(hint, plan.hints.maximum)) }
        }
    }

    @Test func repliesAndReasonsHaveTheirClass() {
        let expected: [(Outcome, RetryClass)] = [
            (Self.reply(450, "4.7.1 Greylisted, please try again later"), .greylisting),
            (Self.reply(452, "4.2.2 Mailbox full"), .mailboxFull),
            (Self.reply(421, "4.7.0 too many connections from your host"), .throttling),
            (Self.reply(451, "4.7.1 poor reputation"), .policy), (Self.reply(451, "later"), .other),
            (Self.reply(450, "4.1.1 user unknown"), .other), (Outcome(.deferred(.connectionTimeout)), .connection),
            (Outcome(.deferred(.dnsFailure)), .connection), (Outcome(.deferred(.noRoute)), .other),
        ]
        for (outcome, kind) in expected {
            guard case .deferred(let reason) = outcome.verdict else { continue }
            let category = BounceRules.shipped.verdict(on: outcome)?.category
            #expect(RetryClass(reason, category) == kind, "\(outcome)")
        }
        for reason in DeferralReason.allCases {
            for category in BounceCategory.allCases where reason != .remoteReply {
                #expect(RetryClass(reason, category) == RetryClass(reason))
            }
        }
    }

    /// Recipients of one transaction that failed alike come back together; others at their own time.
    @Test func oneBatchIsSplitByReason() throws {
        var scheduler = Sample.scheduler { $0.retryPlan = Self.plan() }
        scheduler.takeIn(Sample.parcel(Sample.message(1), recipients: 5), site: "s", now: .at(.zero))
        let batch = try need(scheduler.assign(now: .at(.zero)))
        let full = Self.reply(452, "4.2.2 mailbox full")
        let grey = Self.reply(450, "4.7.1 greylisted")
        let hinted = Self.reply(450, "4.7.1 greylisted, try again in 10 minutes")
        let dispositions = scheduler.finish(batch, [full, grey, full, hinted, grey], now: .at(.seconds(1)))
        let expected = [3_601, 121, 3_601, 601, 121].map { Disposition.retry(at: .at(.seconds($0))) }
        holds(dispositions == expected)
    }

    /// The end of a delivery's life comes before any wait, and is checked while it waits.
    @Test func expiryIsCheckedWhereItWaits() throws {
        var scheduler = Sample.scheduler { $0.retryPlan = Self.plan() }
        scheduler.takeIn(
            Sample.parcel(Sample.message(1, expiry: .at(.seconds(1_000)))), site: "s", now: .at(.zero))
        let batch = try need(scheduler.assign(now: .at(.zero)))
        let full = Self.reply(452, "4.2.2 mailbox full, try again in 3 days")
        let dispositions = scheduler.finish(batch, [full], now: .at(.seconds(1)))
        holds(dispositions == [.retry(at: .at(.seconds(1_000)))])
        holds(scheduler.advance(to: .at(.milliseconds(999_999))).isEmpty)
        let expired = scheduler.advance(to: .at(.seconds(1_000)))
        holds(expired.count == 1)
        holds(expired.first?.deliveries.first?.attempts == 1)
        holds(scheduler.deliveries.count == 0)
    }
}
