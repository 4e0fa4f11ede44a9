import Foundation
import Loop
import Mail
import MartletTesting
import Testing

@testable import Queue

/// Queue and journal together, on real loops and a real disk.
@Suite(.serialized, .timeLimit(.minutes(1))) struct RealJournalTests {
    /// One life of the engine on a data folder.
    private final class Life: Sendable {
        let loops: LoopGroup
        let journal: Journal
        let queue: DeliveryQueue
        let intake: QueueIntake
        let transport: RecordingTransport
        let recovered: Int

        init(folder: String, loops count: Int, answer: @escaping @Sendable (DeliveryBatch) -> Outcome) async throws {
            loops = try LoopGroup(count: count)
            loops.start()
            let time = SystemTime()
            let opened = try Journal.open(JournalOptions(folder: folder), time: time)
            journal = opened.journal
            recovered = opened.recovered.count
            var options = QueueOptions()
            options.hostname = "mx.martlet.test"
            options.intake.minimumFreeShare = 0
            transport = RecordingTransport { batch, _ in batch.envelope.recipients.map { _ in answer(batch) } }
            let router = FakeRouter(
                transport: transport, time: time, known: ["a.test": "site-a", "b.test": "site-b", "c.test": "site-c"])
            let spool = JournalSpool(journal, reads: BlockingPool(name: "reads", threads: 2))
            queue = DeliveryQueue(
                options: options, spool: spool, router: router, signer: nil, time: time,
                homes: loops.loops.map { ShardHome($0) })
            intake = QueueIntake(options: options, spool: spool, queue: queue, time: time)
            await queue.start(recovered: opened.recovered, notices: intake)
        }

        func end() async {
            intake.close()
            let drained = await queue.drain(deadline: SystemTime().now + .seconds(20))
            #expect(drained)
            journal.close()
            loops.stop()
        }

        /// Sessions in parallel, each sending its messages one after the other, spread over the loops.
        func send(_ messages: Int, sessions: Int) async throws {
            let content = Array(
                (Engine.text + String(repeating: "0123456789 abcdefghijklmnopqrstuvwxyz\r\n", count: 22)).utf8)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for session in 0..<sessions {
                    let loop = loops.next()
                    group.addTask { [intake] in
                        try await loop.run { _ in
                            for number in 0..<(messages / sessions) {
                                _ = try await intake.accept(
                                    Submission(
                                        tenant: Sample.tenant,
                                        envelope: Envelope(
                                            sender: Mailbox("author@author.test"),
                                            recipients: [
                                                Recipient(
                                                    Mailbox(
                                                        localPart: "r\(session)-\(number)",
                                                        domain: Domain(
                                                            canonical: ["a", "b", "c"][number % 3] + ".test")))
                                            ]),
                                        content: Content(original: content), origin: .api(clientAddress: "192.0.2.1")))
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }

        func waitUntilEmpty(of state: KeyPath<QueueCounts, Int>) async throws {
            while await queue.snapshot(sites: 0).counts[keyPath: state] > 0 {
                try await SystemTime().sleep(for: .milliseconds(2))
            }
        }
    }

    private static func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-queue-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.path)
    }

    @Test func whatIsDeliveredIsNotDeliveredAgainAndWhatIsDeferredIs() async throws {
        try await Self.withFolder { folder in
            let first = try await Life(folder: folder, loops: 2) { batch in
                switch batch.destination.text {
                case "a.test": Sample.delivered
                case "b.test": Sample.greylisted
                default: Sample.unknownUser
                }
            }
            try await first.send(300, sessions: 10)
            // 100 delivered, 100 wait, 100 bounced with a notice each, whose destination has no known route at first.
            try await first.waitUntilEmpty(of: \.ready)
            try await first.waitUntilEmpty(of: \.carried)
            try await first.waitUntilEmpty(of: \.unrouted)
            try await first.waitUntilEmpty(of: \.ready)
            try await first.waitUntilEmpty(of: \.carried)
            #expect(await first.queue.snapshot().counts.waiting >= 100)
            await first.end()
            let mailboxes = first.transport.carried.flatMap(\.batch.envelope.recipients).map(\.mailbox)
            #expect(mailboxes.filter { $0.domain.text != "author.test" }.count == 300)
            #expect(Set(mailboxes.filter { $0.domain.text != "author.test" }).count == 300)

            let second = try await Life(folder: folder, loops: 1) { _ in Sample.delivered }
            // Deferred mail and perhaps notices that were not out yet.
            #expect(second.recovered >= 100 && second.recovered <= 200)
            let counts = await second.queue.snapshot().counts
            #expect(counts.waiting >= 100)
            #expect(second.transport.carried.allSatisfy { $0.batch.destination.text == "author.test" })
            await second.end()
        }
    }

    /// Microseconds this process has used.
    private static func processorTime() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["MARTLET_FIGURES"] != nil))
    func figures() async throws {
        try await Self.withFolder { folder in
            for loops in [1, 2] {
                let life = try await Life(folder: "\(folder)-\(loops)", loops: loops) { _ in Sample.delivered }
                defer { try? FileManager.default.removeItem(atPath: "\(folder)-\(loops)") }
                let clock = ContinuousClock()
                let start = clock.now
                let before = Self.processorTime()
                try await life.send(40_000, sessions: 20)
                try await life.waitUntilEmpty(of: \.messages)
                let seconds = Double((clock.now - start).wholeNanoseconds) / 1e9
                let after = Self.processorTime()
                let rate = Int(40_000 / seconds)
                let processor = Double(after - before) / 40_000
                print(
                    "figure queue: \(loops) loops, 20 sessions, 1 KiB, durable, no network: \(rate) messages/s, "
                        + "\(processor) µs CPU per message")
                #expect(life.transport.carried.count == 40_000)
                await life.end()
            }
        }
    }
}
