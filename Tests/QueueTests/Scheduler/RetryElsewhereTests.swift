import Mail
import MartletTesting
import Testing

@testable import Queue

/// A refusal for good that is about the source's address is not about the mail: where a rule fails over, another source
/// tries at once, and the sender hears of no failure.
@Suite(.timeLimit(.minutes(1))) struct RetryElsewhereTests {
    private struct FailOver: ShapingDesk {
        func observe(_ observation: ShapingObservation, at now: MonotonicInstant, wall: WallTime) -> ShapingVerdict {
            guard let source = observation.source, observation.reply.text.contains("blocked") else { return .nothing }
            var verdict = ShapingVerdict()
            verdict.retryIn = .zero
            verdict.directives = [
                .hold(
                    Hold(
                        id: UUIDv7(high: 0x7000, low: StableHash.of(source)),
                        scope: .siteAndSource(site: observation.site, source: source),
                        cause: .rule(name: "blocked", reply: ""), since: wall, until: wall + .seconds(3_600)))
            ]
            return verdict
        }
    }

    private static func engine(blocked: Set<String>, text: String = "address blocked") throws -> Engine {
        let names = ["one", "two", "three"]
        let table = try EgressTable(
            sources: names.map { EgressSource(name: $0) },
            pools: [SourcePool(name: "main", members: names.indices.map { .init(source: $0) })],
            rules: [PoolRule(pool: "main")])
        let refusal = Outcome(.bounced(.remoteReply), reply: Reply(code: 550, text: text))
        return Engine(
            answer: { batch, _ in
                let isBlocked = blocked.contains(batch.source?.name ?? "")
                return batch.envelope.recipients.map { _ in isBlocked ? refusal : Sample.delivered }
            },
            options: {
                $0.scheduler.egress = table
                $0.scheduler.shaping = FailOver()
            })
    }

    @Test func aBlockedSourceIsLeftAloneAndEverythingArrives() async throws {
        let engine = try Self.engine(blocked: ["two"])
        try await engine.loop.run { _ in
            await engine.start()
            for _ in 0..<60 { try await engine.send(to: "x@a.test", "y@a.test") }
            try await engine.time.sleep(for: .seconds(30))
            let attempts = engine.spool.attempts
            #expect(attempts.filter { $0.outcome.verdict == .delivered }.count == 120)
            #expect(attempts.allSatisfy { $0.outcome.verdict != .bounced(.remoteReply) })
            let refused = attempts.filter { $0.outcome.verdict == .deferred(.remoteReply) }
            #expect(!refused.isEmpty && refused.allSatisfy { $0.nextAttempt != nil && $0.outcome.reply?.code == 550 })
            // Those that were under way already when the first refusal came.
            #expect(refused.count <= 2 * 20)
            #expect(engine.spool.messages.count == 60, "no failure notices")
        }
    }

    @Test func withAllSourcesBlockedTheMailWaitsAndGoesWhenTheFirstIsFree() async throws {
        let engine = try Self.engine(blocked: ["one", "two", "three"])
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(to: "x@a.test")
            try await engine.time.sleep(for: .seconds(3_599))
            #expect(engine.spool.attempts.count == 3)
            #expect(engine.spool.attempts.allSatisfy { $0.outcome.verdict == .deferred(.remoteReply) })
            try await engine.time.sleep(for: .seconds(2))
            #expect(engine.spool.attempts.count == 6)
        }
    }

    @Test func anyOtherRefusalForGoodIsFinal() async throws {
        let engine = try Self.engine(blocked: ["one", "two", "three"], text: "no such user")
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(to: "x@a.test")
            try await engine.time.sleep(for: .seconds(100))
            #expect(engine.spool.attempts.first?.outcome.verdict == .bounced(.remoteReply))
            #expect(engine.spool.attempts.count(where: { $0.number == 1 && $0.mailbox.localPart == "x" }) == 1)
            #expect(engine.spool.messages.count == 2)
        }
    }
}
