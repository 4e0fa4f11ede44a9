import Mail
import MartletTesting
import Testing

@testable import Queue

/// When a sender hears of a failure, and when not.
@Suite(.timeLimit(.minutes(1))) struct FailureNoticeTests {
    private static func engine(options: (inout QueueOptions) -> Void = { _ in }) -> Engine {
        Engine(
            known: ["a.test": "site-a", "b.test": "site-b", "author.test": "site-author"],
            answer: { batch, _ in
                batch.envelope.recipients.map {
                    switch $0.mailbox.localPart {
                    case "gone", "gone2": Sample.unknownUser
                    case "busy": Sample.greylisted
                    default: Sample.delivered
                    }
                }
            }, options: options)
    }

    private static func notices(of engine: Engine) -> [AcceptedMessage] {
        engine.spool.messages.filter { $0.facts.origin == .notification }
    }

    @Test func allThatFailTogetherAreInOneNotice() async throws {
        let engine = Self.engine()
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(to: "gone@a.test", "good@a.test", "gone2@a.test")
            try await engine.time.sleep(for: .seconds(5))
            let notice = try #require(Self.notices(of: engine).first)
            #expect(Self.notices(of: engine).count == 1)
            #expect(notice.facts.envelope.sender == nil)
            #expect(notice.facts.envelope.recipients.map(\.mailbox.description) == ["sender@author.test"])
            #expect(notice.facts.envelope.recipients.first?.notify == DSNNotify.never)
            #expect(notice.facts.failureNotice == .eventOnly)
            #expect(notice.tenant == Sample.tenant)
            let text = String(decoding: notice.content.original, as: UTF8.self)
            #expect(text.contains("Final-Recipient: rfc822; gone@a.test\r\n"))
            #expect(text.contains("Final-Recipient: rfc822; gone2@a.test\r\n"))
            #expect(!text.contains("good@a.test"))
            // The notice is delivered like any mail, and the failures are in the journal.
            #expect(engine.transport.carried.contains { $0.batch.message == notice.id })
            #expect(engine.spool.attempts.filter { $0.outcome.verdict == .bounced(.remoteReply) }.count == 2)
        }
    }

    @Test(arguments: [
        "null sender", "event only", "never", "success only", "delay only", "failure", "unset", "greylisted",
    ])
    func whoIsTold(rule: String) async throws {
        let engine = Self.engine()
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(
                to: rule == "greylisted" ? "busy@a.test" : "gone@a.test",
                sender: rule == "null sender" ? nil : "sender@author.test"
            ) { submission in
                switch rule {
                case "event only": submission.failureNotice = .eventOnly
                case "never": submission.envelope.recipients[0].notify = DSNNotify.never
                case "success only": submission.envelope.recipients[0].notify = .success
                case "delay only": submission.envelope.recipients[0].notify = .delay
                case "failure": submission.envelope.recipients[0].notify = [.failure, .delay]
                default: break
                }
            }
            try await engine.time.sleep(for: .seconds(5))
            #expect(Self.notices(of: engine).count == (rule == "failure" || rule == "unset" ? 1 : 0))
            #expect(engine.spool.attempts.first?.recipient == 0)
        }
    }

    @Test func expiryIsReportedOnTime() async throws {
        let engine = Self.engine { $0.scheduler.lifetime = .seconds(1_000) }
        try await engine.loop.run { _ in
            await engine.start()
            let at = engine.time.wall
            try await engine.send(to: "busy@a.test")
            try await engine.time.sleep(for: .seconds(2_000))
            let expired = try #require(engine.spool.attempts.first { $0.outcome.verdict == .bounced(.expired) })
            #expect(expired.number == 3)
            let notice = try #require(Self.notices(of: engine).first)
            #expect(notice.at == at + .seconds(1_000))
            #expect(String(decoding: notice.content.original, as: UTF8.self).contains("Status: 4.4.7\r\n"))
            #expect(await engine.queue.snapshot().counts.deliveries == 0)
        }
    }

    @Test func aNoticeThatIsRefusedIsTriedAgain() async throws {
        let engine = Self.engine()
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(to: "gone@a.test")
            engine.spool.failure = .diskFull
            try await engine.time.sleep(for: .seconds(4))
            #expect(Self.notices(of: engine).isEmpty && engine.spool.attempts.isEmpty)
            engine.spool.failure = nil
            try await engine.time.sleep(for: .seconds(10))
            #expect(Self.notices(of: engine).count == 1)
            #expect(engine.spool.attempts.first?.outcome.verdict == .bounced(.remoteReply))
        }
    }

    @Test func aNoticeThatBouncesCausesNoOther() async throws {
        let engine = Self.engine()
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(to: "gone@a.test", sender: "gone@b.test")
            try await engine.time.sleep(for: .seconds(100))
            #expect(Self.notices(of: engine).count == 1)
            #expect(engine.spool.messages.count == 2)
            #expect(engine.spool.attempts.filter { $0.outcome == Sample.unknownUser }.count == 2)
        }
    }
}
