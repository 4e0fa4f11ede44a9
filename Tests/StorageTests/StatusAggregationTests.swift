import Mail
import Testing

@testable import Storage

@Suite struct StatusAggregationTests {
    /// What a message of these deliveries is called, in the public contract's words.
    @Test(
        arguments: [
            ([.queued], .queued),
            ([.deferred], .queued),
            ([.delivered], .delivered),
            ([.bounced], .bounced),
            ([.failed], .failed),
            ([.cancelled], .cancelled),
            ([.delivered, .queued], .queued),
            ([.bounced, .deferred], .queued),
            ([.delivered, .bounced], .delivered),
            ([.delivered, .cancelled], .delivered),
            ([.bounced, .bounced], .bounced),
            ([.bounced, .failed], .bounced),
            ([.bounced, .cancelled], .bounced),
            ([.failed, .cancelled], .failed),
            ([.cancelled, .cancelled], .cancelled),
        ] as [([DeliveryState], MessageStatus)])
    func `A message's status follows from its deliveries`(_ states: [DeliveryState], _ expected: MessageStatus) {
        var tally = MessageTally(waiting: states.count, isScheduled: false)
        for state in states { tally.move(from: .queued, to: state) }
        #expect(tally.status == expected)
    }

    @Test(
        arguments: [
            (.delivered, .delivered),
            (.deferred(.remoteReply), .deferred),
            (.bounced(.remoteReply), .bounced),
            (.bounced(.noSuchDomain), .bounced),
            (.bounced(.expired), .bounced),
            (.bounced(.policy), .failed),
            (.bounced(.mailLoop), .failed),
            (.bounced(.cancelled), .cancelled),
        ] as [(Verdict, DeliveryState)])
    func `A verdict leads to one state`(_ verdict: Verdict, _ expected: DeliveryState) {
        #expect(DeliveryState(verdict) == expected)
    }

    /// At least once means that an attempt may be told twice, or one may be repeated after a crash.
    @Test(arguments: DeliveryState.allCases, DeliveryState.allCases)
    func `What is final never waits again and what was delivered stays delivered`(
        _ first: DeliveryState, _ second: DeliveryState
    ) {
        let result = first.after(second)
        if first.isFinal { #expect(result.isFinal) } else { #expect(result == second) }
        if first == .delivered { #expect(result == .delivered) }
    }

    @Test func `A scheduled message is scheduled until its first attempt`() {
        let message = ProjectedMessage(
            tenant: Samples.tenant, id: Samples.id(1), queuedBy: 0, at: Samples.noon,
            Samples.facts(notBefore: Samples.noon + .seconds(60)))
        #expect(message.tally.status == .scheduled)
        guard case .attempted(let attempt) = Samples.attempt(0, .deferred(.connectionRefused), code: nil) else {
            return
        }
        message.apply(attempt, at: Samples.noon + .seconds(61))
        #expect(message.tally.status == .queued)
        #expect(message.delivery(0)?.lastReply == "the connection was refused")
    }

    @Test(
        arguments: [
            (.remoteReply, 550, "5.1.1", .hard),
            (.remoteReply, 550, nil, .undetermined),
            (.remoteReply, 552, "5.2.2", .soft),
            (.remoteReply, 554, "5.7.1", .block),
            (.remoteReply, 554, nil, .undetermined),
            (.noSuchDomain, nil, nil, .hard),
            (.nullMX, nil, nil, .hard),
            (.expired, 451, "4.3.0", .soft),
            (.policy, nil, nil, .undetermined),
        ] as [(BounceReason, UInt16?, String?, BounceClass)])
    func `A bounce is classed by what was refused`(
        _ reason: BounceReason, _ code: UInt16?, _ enhanced: String?, _ expected: BounceClass
    ) {
        let status = enhanced.flatMap { EnhancedStatus($0) }
        let reply = code.map { Reply(code: $0, enhanced: status, text: "said so") }
        #expect(BounceRules.shipped.verdict(on: reason, reply: reply, host: "").kind == expected)
    }
}
