import Mail
import MartletTesting
import Testing

@testable import Queue

@Suite(.timeLimit(.minutes(1))) struct DispatchTests {
    @Test func anAcceptedMessageIsSignedCarriedAndNoted() async throws {
        let engine = Engine()
        try await engine.loop.run { _ in
            await engine.start()
            let receipt = try await engine.send(to: "one@a.test")
            #expect(receipt.offset == 200 && receipt.messageID == "<1@author.test>")
            try await engine.time.sleep(for: .seconds(1))
            let carried = try #require(engine.transport.carried.first)
            #expect(carried.lane == Lane(site: "site-a", shard: 0, number: 0))
            #expect(carried.batch.message == receipt.id && carried.batch.attempt == 1)
            #expect(carried.batch.recipientIndexes == [0] && carried.batch.destination.text == "a.test")
            let pieces = carried.batch.content.map { String(decoding: $0, as: UTF8.self) }
            #expect(pieces.count == 3)
            #expect(pieces[0] == "DKIM-Signature: d=author.test\r\n")
            #expect(pieces[1].hasPrefix("Received: from [192.0.2.9]\r\n\tby mx.martlet.test with HTTP\r\n\tid "))
            #expect(pieces[2] == Engine.text)
            #expect(engine.spool.attempts.map(\.outcome.verdict) == [.delivered])
            #expect(engine.spool.loads == 0)
            #expect(await engine.queue.snapshot().counts.deliveries == 0)
        }
    }

    @Test func eachRecipientGetsItsOwnVerdict() async throws {
        let engine = Engine { batch, _ in
            batch.envelope.recipients.map { recipient in
                switch recipient.mailbox.localPart {
                case "gone": Sample.unknownUser
                case "busy": batch.attempt == 1 ? Sample.greylisted : Sample.delivered
                default: Sample.delivered
                }
            }
        }
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(to: "good@a.test", "gone@a.test", "busy@a.test") { $0.failureNotice = .eventOnly }
            let acceptedAt = engine.time.wall
            try await engine.time.sleep(for: .seconds(1))
            let first = engine.spool.attempts
            #expect(first.map(\.recipient) == [0, 1, 2])
            #expect(first.map(\.mailbox.localPart) == ["good", "gone", "busy"])
            #expect(first.map(\.outcome) == [Sample.delivered, Sample.unknownUser, Sample.greylisted])
            // The signer took 10 ms; the retry counts from the failure.
            #expect(first[2].nextAttempt == acceptedAt + .milliseconds(300_010))
            try await engine.time.sleep(for: .seconds(300))
            #expect(engine.transport.carried.map(\.batch.recipientIndexes) == [[0, 1, 2], [2]])
            #expect(engine.transport.carried.last?.batch.envelope.recipients.count == 1)
            #expect(engine.spool.attempts.last?.number == 2)
            #expect(engine.spool.attempts.last?.outcome.verdict == .delivered)
            #expect(engine.signer.calls == 1)
        }
    }

    @Test func aDestinationIsAskedAboutOnce() async throws {
        let engine = Engine(known: [:])
        try await engine.loop.run { _ in
            await engine.start()
            for _ in 0..<50 { try await engine.send(to: "x@new.test") }
            let id = try await engine.send(to: "x@new.test").id
            #expect(await engine.queue.explanations(of: id).map(\.reason) == [.routing])
            try await engine.time.sleep(for: .seconds(3))
            #expect(engine.router.questions == ["new.test": 1])
            #expect(engine.transport.carried.count == 51)
        }
    }

    @Test func whatHasNoRouteBouncesOrWaits() async throws {
        let engine = Engine(
            known: [:],
            unroutable: [
                "null.test": Outcome(.bounced(.nullMX)), "dark.test": Outcome(.deferred(.dnsFailure)),
            ])
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(to: "x@null.test") { $0.failureNotice = .eventOnly }
            try await engine.send(to: "x@dark.test")
            try await engine.time.sleep(for: .seconds(10))
            let attempts = engine.spool.attempts.sorted { $0.mailbox.domain.text > $1.mailbox.domain.text }
            #expect(attempts.map(\.outcome.verdict) == [.bounced(.nullMX), .deferred(.dnsFailure)])
            #expect(attempts.map(\.number) == [1, 1])
            #expect(attempts[1].nextAttempt != nil && attempts[0].nextAttempt == nil)
            engine.router.makeRoutable("dark.test")
            try await engine.time.sleep(for: .seconds(310))
            #expect(engine.transport.carried.map(\.batch.attempt) == [2])
            #expect(engine.router.questions["dark.test"] == 2)
        }
    }

    @Test func whatDoesNotFitInMemoryIsReadBack() async throws {
        let engine = Engine(options: { $0.cacheBytes = 0 })
        try await engine.loop.run { _ in
            await engine.start()
            for _ in 0..<5 { try await engine.send(to: "one@a.test") }
            try await engine.time.sleep(for: .seconds(1))
            #expect(engine.transport.carried.count == 5)
            #expect(engine.spool.loads == 5)
            #expect(engine.transport.carried.allSatisfy { $0.batch.content.last == Array(Engine.text.utf8) })
            #expect(engine.spool.attempts.count == 5)
        }
    }

    @Test func whatCannotBeReadWaitsWithoutARecord() async throws {
        let engine = Engine(options: { $0.cacheBytes = 0 })
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(to: "one@a.test")
            engine.spool.failure = .unreadable(errno: 5)
            try await engine.time.sleep(for: .seconds(1))
            #expect(engine.transport.carried.isEmpty && engine.spool.notes.isEmpty)
            engine.spool.failure = nil
            try await engine.time.sleep(for: .seconds(400))
            #expect(engine.transport.carried.count == 1)
        }
    }

    @Test func aFailingSignatureDefers() async throws {
        let engine = Engine()
        engine.signer.failure = .badKey(selector: "s1")
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(to: "one@a.test")
            try await engine.time.sleep(for: .seconds(1))
            #expect(engine.transport.carried.isEmpty)
            #expect(engine.spool.attempts.map(\.outcome.verdict) == [.deferred(.contentUnavailable)])
            engine.signer.failure = nil
            try await engine.time.sleep(for: .seconds(400))
            #expect(engine.spool.attempts.map(\.outcome.verdict).last == .delivered)
        }
    }

    @Test func aMessageToManySitesIsSignedOnce() async throws {
        let engine = Engine(known: Dictionary(uniqueKeysWithValues: (0..<9).map { ("d\($0).test", "site-\($0)") }))
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(
                to: "x@d0.test", "x@d1.test", "x@d2.test", "x@d3.test", "x@d4.test", "x@d5.test", "x@d6.test")
            try await engine.time.sleep(for: .seconds(1))
            #expect(engine.transport.carried.count == 7 && engine.signer.calls == 1)
            #expect(engine.transport.carried.allSatisfy { $0.batch.content.count == 3 })
            #expect(Set(engine.transport.carried.flatMap(\.batch.recipientIndexes)) == Set(0..<7))
        }
    }

    @Test func sitesLiveOnTheirShardsAndDeliveriesFollow() async throws {
        let known = Dictionary(uniqueKeysWithValues: (0..<20).map { ("d\($0).test", "site-\($0)") })
        let engine = Engine(shards: 4, known: known) { batch, _ in
            batch.envelope.recipients.map { _ in batch.attempt == 1 ? Sample.greylisted : Sample.delivered }
        }
        try await engine.loop.run { _ in
            await engine.start()
            // Two of the destinations are unknown at first and are asked about on another shard than their site's.
            for number in 0..<24 { try await engine.send(to: "x@d\(number).test") }
            try await engine.time.sleep(for: .seconds(1_000))
            #expect(engine.transport.carried.count == 48)
            for carried in engine.transport.carried {
                #expect(carried.lane.shard == ShardMap.shard(ofSite: carried.lane.site, among: 4))
            }
            #expect(Set(engine.transport.carried.map(\.lane.shard)) == [0, 1, 2, 3])
            let counts = await engine.queue.snapshot().counts
            #expect(counts.deliveries == 0 && counts.messages == 0)
        }
    }

    @Test func lanesAreLimitedBySite() async throws {
        let engine = Engine(limits: SiteLimits(connections: 3)) { batch, time in
            try? await time.sleep(for: .seconds(1))
            return batch.envelope.recipients.map { _ in Sample.delivered }
        }
        try await engine.loop.run { _ in
            await engine.start()
            for _ in 0..<30 { try await engine.send(to: "one@a.test") }
            try await engine.time.sleep(for: .seconds(20))
            #expect(engine.transport.carried.count == 30)
            #expect(engine.transport.mostUnderWay == 3)
            #expect(Set(engine.transport.carried.map(\.lane.number)) == [0, 1, 2])
        }
    }

    @Test func scheduledMailWaitsForItsTime() async throws {
        let engine = Engine()
        try await engine.loop.run { _ in
            await engine.start()
            let due = engine.time.wall + .seconds(7_200)
            let receipt = try await engine.send(to: "one@a.test") { $0.notBefore = due }
            try await engine.time.sleep(for: .seconds(7_199))
            #expect(engine.transport.carried.isEmpty)
            guard case .scheduled = await engine.queue.explanations(of: receipt.id).first?.reason else {
                Issue.record("not scheduled")
                return
            }
            try await engine.time.sleep(for: .seconds(2))
            #expect(engine.transport.carried.count == 1)
        }
    }

    @Test func cancelledMailIsNotSent() async throws {
        let engine = Engine()
        try await engine.loop.run { _ in
            await engine.start()
            let due = engine.time.wall + .seconds(7_200)
            let receipt = try await engine.send(to: "one@a.test", "two@b.test") { $0.notBefore = due }
            var selector = QueueSelector()
            selector.message = receipt.id
            let (first, second) = (
                try await engine.queue.cancel(selector), try await engine.queue.cancel(selector)
            )
            #expect(first.deliveries == 2 && first.underWay == 0)
            #expect(second.deliveries == 0 && second.underWay == 0)
            try await engine.time.sleep(for: .seconds(8_000))
            #expect(engine.transport.carried.isEmpty)
            var cancelled: [UInt32] = []
            for note in engine.spool.notes {
                if case .cancelled(receipt.id, receipt.offset, _, _, let recipients) = note { cancelled += recipients }
            }
            #expect(cancelled.sorted() == [0, 1])
        }
    }

    @Test func aRestartGoesOnWhereItWas() async throws {
        let engine = Engine()
        try await engine.loop.run { _ in
            // The journal of the life before.
            let receipt = try await engine.send(to: "one@a.test", "two@a.test", "three@a.test", "four@b.test")
            let wall = engine.time.wall
            let again = Engine()
            let number = try await again.spool.accept(try #require(engine.spool.messages.first))
            let recovered = RecoveredMessage(
                number: number, id: receipt.id, tenant: Sample.tenant, at: wall - .seconds(1_000),
                stream: .transactional,
                isTest: false, notBefore: nil,
                pending: [
                    PendingRecipient(recipient: 0, domain: Domain(canonical: "a.test"), attempts: 3, nextAttempt: wall),
                    PendingRecipient(
                        recipient: 2, domain: Domain(canonical: "a.test"), attempts: 3,
                        nextAttempt: wall + .seconds(500)),
                    PendingRecipient(recipient: 3, domain: Domain(canonical: "b.test")),
                ], size: 100)
            try await again.loop.run { _ in
                await again.start(recovered: [recovered])
                try await again.time.sleep(for: .seconds(499))
                #expect(Set(again.transport.carried.map(\.batch.attempt)) == [4, 1])
                #expect(again.transport.carried.count == 2)
                try await again.time.sleep(for: .seconds(2))
                #expect(again.transport.carried.last?.batch.recipientIndexes == [2])
                #expect(again.transport.carried.last?.batch.envelope.recipients.first?.mailbox.localPart == "three")
                #expect(again.spool.loads == 1)
                #expect(Set(again.spool.attempts.map(\.recipient)) == [0, 2, 3])
            }
        }
    }

    @Test func anUnwritableJournalStopsDelivery() async throws {
        let engine = Engine()
        try await engine.loop.run { _ in
            await engine.start()
            engine.spool.isHealthy = false
            // Accepted before the failure, so to speak.
            engine.queue.admit(
                AcceptedMessage(
                    id: Sample.id(1), tenant: Sample.tenant, at: engine.time.wall, facts: Sample.facts(recipients: 1),
                    content: Content(original: Array(Engine.text.utf8))), number: 1, author: nil)
            try await engine.time.sleep(for: .seconds(60))
            #expect(engine.transport.carried.isEmpty)
            #expect(await engine.queue.explanations(of: Sample.id(1)).map(\.reason) == [.suspended(.journal)])
            engine.spool.isHealthy = true
            try await engine.time.sleep(for: .seconds(1))
            #expect(engine.transport.carried.count == 1)
        }
    }

    @Test func aTransportThatForgetsARecipientHasNotDeliveredToIt() async throws {
        let engine = Engine { _, _ in [Sample.delivered] }
        try await engine.loop.run { _ in
            await engine.start()
            try await engine.send(to: "one@a.test", "two@a.test")
            try await engine.time.sleep(for: .seconds(1))
            #expect(engine.spool.attempts.map(\.outcome.verdict) == [.delivered, .deferred(.protocolViolation)])
        }
    }
}
