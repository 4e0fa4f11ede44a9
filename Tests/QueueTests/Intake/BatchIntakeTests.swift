import Mail
import MartletTesting
import Testing

@testable import Queue

@Suite(.timeLimit(.minutes(1))) struct BatchIntakeTests {
    private static func submission(_ number: Int, to recipient: String? = nil, hops: Int = 0) -> Submission {
        let header = String(repeating: "Received: by x; Fri, 01 Jan 2027 00:00:00 +0000\r\n", count: hops)
        return Submission(
            tenant: Sample.tenant,
            envelope: Envelope(
                sender: Mailbox("s@author.test"),
                recipients: [recipient ?? (number % 2 == 0 ? "r\(number)@a.test" : "r\(number)@b.test")].compactMap {
                    Mailbox($0).map { Recipient($0) }
                }),
            content: Content(original: Array((header + "X-Number: \(number)\r\n" + Engine.text).utf8)),
            origin: .api(clientAddress: "192.0.2.9"),
            id: UUIDv7(at: WallTime(milliseconds: 1_700_000_000_000), random: (1, UInt64(number))))
    }

    private static func reason(_ result: Result<Receipt, Refusal>) -> Refusal? {
        if case .failure(let refusal) = result { return refusal }
        return nil
    }

    @Test func eachHasItsReceiptInOrderAndAllAreDelivered() async throws {
        let engine = Engine(shards: 2)
        try await engine.loop.run { _ in
            await engine.start()
            let batch = (0..<100).map { Self.submission($0) }
            let results = await engine.intake.accept(batch: batch)
            #expect(results.compactMap { try? $0.get().id } == batch.map { $0.id })
            let numbers = results.compactMap { try? $0.get().offset }
            #expect(numbers == engine.spool.numbered.map(\.key))
            #expect(results.allSatisfy { (try? $0.get().messageID.isEmpty) == false })
            try await engine.time.sleep(for: .seconds(1))
            #expect(engine.spool.attempts.filter { $0.outcome.verdict == .delivered }.count == 100)
        }
    }

    @Test func oneThatIsRefusedStopsNoOther() async throws {
        let engine = Engine(options: {
            $0.intake.maximumHops = 3
            $0.intake.maximumMessageSize = 2_000
        })
        try await engine.loop.run { _ in
            var batch = (0..<5).map { Self.submission($0) }
            batch[1] = Self.submission(1, hops: 4)
            batch[3].content.original += [UInt8](repeating: 65, count: 2_000)
            let results = await engine.intake.accept(batch: batch)
            #expect(results.map(Self.reason) == [nil, .mailLoop, nil, .tooLarge(limit: 2_000), nil])
            #expect(engine.spool.messages.map(\.id) == [0, 2, 4].map { batch[$0].id })
            #expect(results.compactMap { try? $0.get().offset } == engine.spool.numbered.map(\.key))
        }
    }

    @Test func whatTheJournalRefusesIsRefused() async throws {
        let engine = Engine()
        try await engine.loop.run { _ in
            await engine.start()
            engine.spool.failure = .diskFull
            let batch = (0..<3).map { Self.submission($0) }
            #expect(
                await engine.intake.accept(batch: batch).map(Self.reason)
                    == Array(repeating: .storageUnavailable, count: 3))
            engine.spool.failure = nil
            engine.intake.close()
            #expect(
                await engine.intake.accept(batch: batch).map(Self.reason) == Array(repeating: .shuttingDown, count: 3))
            #expect(await engine.intake.accept(batch: []).isEmpty)
            try await engine.time.sleep(for: .seconds(1))
            #expect(engine.spool.messages.isEmpty && engine.spool.attempts.isEmpty)
        }
    }
}
