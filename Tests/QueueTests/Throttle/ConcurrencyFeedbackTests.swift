import Testing

@testable import Queue

/// A site that takes so many connections and refuses the rest, met by a sender that uses its window in full.
private func settle(_ feedback: inout ConcurrencyFeedback, capacity: Int, rounds: Int) -> [Int] {
    var windows: [Int] = []
    for round in 0..<rounds {
        // Connection by connection: those beyond the capacity fail.
        let place = round % feedback.window
        if place < capacity { feedback.succeeded(busy: feedback.window) } else { feedback.failed() }
        windows.append(feedback.window)
    }
    return windows
}

@Suite struct ConcurrencyFeedbackTests {
    @Test(arguments: [1, 2, 3, 7, 10, 25, 60])
    func settlesWhereTheSiteIsFull(capacity: Int) throws {
        var options = ConcurrencyFeedback.Options()
        options.failedCohorts = 5
        var feedback = ConcurrencyFeedback(limit: 100, options: options)
        let windows = settle(&feedback, capacity: capacity, rounds: 40_000)
        let tail = windows.suffix(10_000)
        let smallest = try #require(tail.min())
        let largest = try #require(tail.max())
        #expect(!feedback.isDead)
        #expect(smallest >= max(1, capacity - capacity / 3 - 1), "\(smallest)")
        #expect(largest <= 2 * capacity + 2, "\(largest)")
    }

    @Test func growsByOneForEveryWindowOfSuccesses() {
        var feedback = ConcurrencyFeedback(limit: 100)
        #expect(feedback.window == 5)
        for _ in 0..<4 { feedback.succeeded(busy: 5) }
        #expect(feedback.window == 5)
        feedback.succeeded(busy: 5)
        #expect(feedback.window == 6)
        for window in 6..<100 {
            for _ in 0..<window { feedback.succeeded(busy: window) }
            #expect(feedback.window == window + 1)
        }
        for _ in 0..<1_000 { feedback.succeeded(busy: 100) }
        #expect(feedback.window == 100)
    }

    @Test func learnsNothingFromAWindowThatIsNotUsed() {
        var feedback = ConcurrencyFeedback(limit: 100)
        for _ in 0..<1_000 { feedback.succeeded(busy: 4) }
        #expect(feedback.window == 5)
    }

    @Test func aWholeCohortThatFailsIsADeadSite() {
        var feedback = ConcurrencyFeedback(limit: 100)
        for _ in 0..<4 { feedback.failed() }
        #expect(!feedback.isDead)
        feedback.failed()
        #expect(feedback.isDead && feedback.window == 1)
        feedback.failed()
        #expect(feedback.isDead)
        feedback.succeeded(busy: 1)
        #expect(!feedback.isDead && feedback.window == 5)
    }

    @Test func oneSuccessAbsolvesTheCohort() {
        var feedback = ConcurrencyFeedback(limit: 10)
        for _ in 0..<10_000 {
            feedback.failed()
            feedback.succeeded(busy: 10)
        }
        #expect(!feedback.isDead)
    }

    @Test func constantFeedbackMovesAtOnce() {
        var options = ConcurrencyFeedback.Options()
        options.positive = .constant(1)
        options.negative = .constant(1)
        options.failedCohorts = 10
        var feedback = ConcurrencyFeedback(limit: 20, options: options)
        feedback.succeeded(busy: 5)
        #expect(feedback.window == 6)
        feedback.failed()
        feedback.failed()
        #expect(feedback.window == 4)
        feedback.change(limit: 2)
        #expect(feedback.window == 2)
        feedback.change(limit: 0)
        #expect(feedback.window == 1 && feedback.limit == 1)
    }

    @Test func strangeOptionsAreHarmless() {
        var options = ConcurrencyFeedback.Options()
        options.positive = .constant(1e300)
        options.negative = .constant(.infinity)
        options.failedCohorts = .infinity
        var feedback = ConcurrencyFeedback(limit: 7, options: options)
        feedback.succeeded(busy: 5)
        #expect(feedback.window == 7)
        feedback.failed()
        #expect(feedback.window == 1 && !feedback.isDead)
    }
}
