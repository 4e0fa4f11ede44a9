import Mail
import Testing

@testable import DNSAuth

@Suite struct QueryPlanTests {
    private func message(_ code: UInt8 = 0, authority: [ResourceRecord] = []) -> DNSMessage {
        DNSMessage(
            responseCode: code, isAuthoritative: false, isAuthenticated: false, answers: [], authority: authority)
    }

    private let plain = QueryPlan.Way()

    @Test func aGoodAnswerEndsIt() {
        var plan = QueryPlan(order: [0, 1], attempts: 2)
        #expect(plan.begin() == .ask(server: 0, over: plain))
        #expect(plan.step(after: .answered(message())) == .finish(message()))
    }

    @Test func nonexistentIsAnAnswer() {
        var plan = QueryPlan(order: [0, 1], attempts: 2)
        _ = plan.begin()
        #expect(plan.step(after: .answered(message(3))) == .finish(message(3)))
    }

    @Test func aTruncatedAnswerIsFetchedOverTCPFromTheSameServer() {
        var plan = QueryPlan(order: [1, 0], attempts: 1)
        #expect(plan.begin() == .ask(server: 1, over: plain))
        #expect(plan.step(after: .truncated) == .ask(server: 1, over: .init(edns: true, stream: true)))
        #expect(plan.step(after: .truncated) == .ask(server: 0, over: plain), "truncated over TCP is nonsense")
    }

    @Test(arguments: [UInt8(1), 4])
    func withoutEDNSForServersThatDoNotKnowIt(_ code: UInt8) {
        var plan = QueryPlan(order: [0], attempts: 1)
        _ = plan.begin()
        #expect(plan.step(after: .answered(message(code))) == .ask(server: 0, over: .init(edns: false)))
        #expect(plan.step(after: .answered(message(code))) == .fail(.server(rcode: code)))
    }

    @Test(arguments: [UInt8(2), 5, 9, 15])
    func otherCodesGoOnToTheNextServer(_ code: UInt8) {
        var plan = QueryPlan(order: [0, 1], attempts: 1)
        _ = plan.begin()
        #expect(plan.step(after: .answered(message(code))) == .ask(server: 1, over: plain))
        #expect(plan.step(after: .timedOut) == .fail(.server(rcode: code)), "what was said outranks silence")
    }

    @Test func everyServerGetsAllItsAttemptsAndNoMore() {
        var plan = QueryPlan(order: [2, 0, 1], attempts: 2)
        var asked: [Int] = []
        var step = plan.begin()
        while case .ask(let server, _) = step {
            asked.append(server)
            step = plan.step(after: .timedOut)
        }
        #expect(asked == [2, 0, 1, 2, 0, 1])
        #expect(step == .fail(.timeout))
    }

    @Test func theFailureSaysWhatHappened() {
        for (event, failure) in [(QueryPlan.Event.unreachable, ResolverFailure.unreachable), (.malformed, .malformed)] {
            var plan = QueryPlan(order: [0], attempts: 1)
            _ = plan.begin()
            #expect(plan.step(after: event) == .fail(failure))
        }
    }

    @Test func aReferralIsNoAnswer() throws {
        let referral = message(authority: [ResourceRecord(owner: try DNSName("example"), ttl: 1, data: .nameServer)])
        var plan = QueryPlan(order: [0, 1], attempts: 1)
        _ = plan.begin()
        #expect(plan.step(after: .answered(referral)) == .ask(server: 1, over: plain))
    }
}
