import Mail
import MartletTesting
import Testing

@testable import Queue

/// Whom a delay is told to, when, and that it is told once.
@Suite(.timeLimit(.minutes(1))) struct DelayNoticeTests {
    private static func engine(
        shards: Int = 1, known: [String: String] = ["a.test": "site-a", "author.test": "site-author"],
        options: (inout QueueOptions) -> Void = { _ in }
    ) -> Engine {
        Engine(
            shards: shards, known: known,
            answer: { batch, _ in
                batch.envelope.recipients.map {
                    switch $0.mailbox.localPart {
                    case "busy", "busy2": Sample.greylisted
                    case "closed": Sample.refused
                    default: Sample.delivered
                    }
                }
            },
            options: {
                $0.notification.delayAfter = .seconds(4 * 3_600)
                options(&$0)
            })
    }

    private static func notices(of engine: Engine, _ action: String = "delayed") -> [AcceptedMessage] {
        engine.spool.messages.filter { message in
            message.facts.origin == .notification
                && String(decoding: message.content.original, as: UTF8.self).contains("Action: \(action)\r\n")
        }
    }

    @Test func aDelayIsToldOnceAndOnTime() async throws {
        let engine = Self.engine()
        try await engine.loop.run { _ in
            await engine.start()
            let at = engine.time.wall
            try await engine.send(to: "busy@a.test", "good@a.test", "busy2@a.test")
            try await engine.time.sleep(for: .seconds(4 * 3_600 - 1))
            #expect(Self.notices(of: engine).isEmpty)
            try await engine.time.sleep(for: .seconds(2))
            let notice = try #require(Self.notices(of: engine).first)
            #expect(notice.at == at + .seconds(4 * 3_600))
            #expect(notice.facts.envelope.sender == nil)
            #expect(notice.facts.envelope.recipients.map(\.mailbox.description) == ["sender@author.test"])
            let text = String(decoding: notice.content.original, as: UTF8.self)
            #expect(text.contains("rfc822; busy@a.test") && text.contains("rfc822; busy2@a.test"))
            #expect(!text.contains("good@a.test"))
            #expect(text.contains("Will-Retry-Until: "))
            try await engine.time.sleep(for: .seconds(6 * 86_400))
            #expect(Self.notices(of: engine).count == 1)
            #expect(Self.notices(of: engine, "failed").count == 1)
            #expect(await engine.queue.snapshot().counts.deliveries == 0)
        }
    }

    @Test(arguments: [
        "null sender", "event only", "never", "success only", "failure only", "delay", "unset", "delivered", "off",
    ])
    func whoIsTold(rule: String) async throws {
        let engine = Self.engine { if rule == "off" { $0.notification.delayAfter = nil } }
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(
                to: rule == "delivered" ? "good@a.test" : "busy@a.test",
                sender: rule == "null sender" ? nil : "sender@author.test"
            ) { submission in
                switch rule {
                case "event only": submission.failureNotice = .eventOnly
                case "never": submission.envelope.recipients[0].notify = DSNNotify.never
                case "success only": submission.envelope.recipients[0].notify = .success
                case "failure only": submission.envelope.recipients[0].notify = .failure
                case "delay": submission.envelope.recipients[0].notify = [.success, .delay]
                default: break
                }
            }
            try await engine.time.sleep(for: .seconds(86_400))
            #expect(Self.notices(of: engine).count == (rule == "delay" || rule == "unset" ? 1 : 0))
        }
    }

    /// No attempt is made while a site rests, and the delay is told all the same.
    @Test func aDelayIsToldWhereTheDeliveryWaits() async throws {
        let engine = Self.engine {
            $0.scheduler.siteBackOff = RetryPolicy(first: .seconds(86_400), cap: .seconds(86_400), jitter: 0)
        }
        try await engine.loop.run { _ in
            await engine.start()
            let at = engine.time.wall
            for _ in 0..<30 { try await engine.send(to: "closed@a.test") }
            try await engine.time.sleep(for: .seconds(5 * 3_600))
            let notices = Self.notices(of: engine)
            #expect(notices.count == 30)
            #expect(notices.allSatisfy { $0.at >= at + .seconds(4 * 3_600) && $0.at < at + .seconds(4 * 3_600 + 5) })
        }
    }

    @Test func aScheduledMessageIsLateOnlyAfterItsTime() async throws {
        let engine = Self.engine()
        try await engine.loop.run { _ in
            await engine.start()
            let at = engine.time.wall
            try await engine.send(to: "busy@a.test") { $0.notBefore = at + .seconds(86_400) }
            try await engine.time.sleep(for: .seconds(86_400 + 4 * 3_600 - 1))
            #expect(Self.notices(of: engine).isEmpty)
            try await engine.time.sleep(for: .seconds(2))
            #expect(Self.notices(of: engine).count == 1)
        }
    }

    /// A message of so many hours when the last process ended, which is so many hours ago; four hours are the limit.
    @Test(arguments: [(2, 0, 1), (5, 0, 0), (5, 2, 0), (2, 3, 1), (2, 1, 1), (8, 0, 0)])
    func aRestartRepeatsNoneAndForgetsNone(ageAtEnd: Int, hoursDown: Int, expected: Int) async throws {
        let before = Self.engine()
        let number = try await before.loop.run { _ in
            await before.start()
            try await before.send(to: "busy@a.test")
            return try #require(before.spool.messages.first)
        }
        let engine = Self.engine()
        try await engine.loop.run { _ in
            let now = engine.time.wall
            let ended = now - .seconds(hoursDown * 3_600)
            var message = number
            message.at = ended - .seconds(ageAtEnd * 3_600)
            let place = try await engine.spool.accept(message)
            let recovered = RecoveredMessage(
                number: place, id: message.id, tenant: message.tenant, at: message.at, stream: .transactional,
                isTest: false, notBefore: nil,
                pending: [
                    PendingRecipient(
                        recipient: 0, domain: Domain(canonical: "a.test"), attempts: 3,
                        nextAttempt: now + .seconds(600))
                ], size: 100)
            await engine.queue.start(recovered: [recovered], notices: engine.intake, lastRecord: ended)
            try await engine.time.sleep(for: .seconds(60))
            // At once when its time has passed meanwhile, else when it comes.
            let isOverdue = ageAtEnd < 4 && ageAtEnd + hoursDown >= 4
            #expect(Self.notices(of: engine).count == (isOverdue ? expected : 0))
            try await engine.time.sleep(for: .seconds(4 * 3_600))
            #expect(Self.notices(of: engine).count == expected)
        }
    }

    @Test func aMessageThatMovesToAnotherShardIsToldOfOnce() async throws {
        let engine = Self.engine(shards: 3, known: [:]) { $0.scheduler.retry.cap = .seconds(600) }
        try await engine.loop.run { _ in
            await engine.start()
            for domain in ["a.test", "b.test", "c.test", "d.test", "e.test"] {
                try await engine.send(to: "busy@\(domain)")
            }
            try await engine.time.sleep(for: .seconds(86_400))
            #expect(Self.notices(of: engine).count == 5)
        }
    }

    @Test func aThousandAtOnceAreAllTold() async throws {
        let engine = Self.engine { $0.scheduler.siteBackOff.first = .seconds(7_200) }
        try await engine.loop.run { _ in
            await engine.start()
            for _ in 0..<2_300 { try await engine.send(to: "closed@a.test") }
            try await engine.time.sleep(for: .seconds(4 * 3_600 + 60))
            #expect(Self.notices(of: engine).count == 2_300)
            #expect(Set(Self.notices(of: engine).map(\.id)).count == 2_300)
        }
    }

    @Test(
        arguments: [
            (false, .success, 1), (false, [.success, .failure], 1), (true, .success, 0), (nil, .success, 0),
            (false, nil, 0), (false, .failure, 0), (false, DSNNotify.never, 0),
        ] as [(Bool?, DSNNotify?, Int)])
    func aHandOverIsToldToWhoAsked(offers: Bool?, notify: DSNNotify?, expected: Int) async throws {
        let engine = Engine(answer: { batch, _ in
            batch.envelope.recipients.map { _ in
                var outcome = Sample.delivered
                outcome.offersDSN = offers
                return outcome
            }
        })
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(to: "x@a.test") { $0.envelope.recipients[0].notify = notify }
            try await engine.time.sleep(for: .seconds(60))
            #expect(Self.notices(of: engine, "relayed").count == expected)
            #expect(engine.spool.messages.count == 1 + expected)
        }
    }
}
