import Mail
import MartletTesting
import Testing

@testable import Queue

/// More messages than the shards take in at once, in parts as the segments of a journal are.
@Suite struct RestartPortionsTests {
    private static func message(_ number: Int) -> RecoveredMessage {
        RecoveredMessage(
            number: UInt64(number), id: Sample.id(number), tenant: Sample.tenant, at: WallTime(milliseconds: 0),
            stream: .transactional, isTest: false, notBefore: nil,
            pending: [PendingRecipient(recipient: 0, domain: Domain(canonical: number % 2 == 0 ? "a.test" : "b.test"))],
            size: 100)
    }

    @Test(arguments: [1, 2])
    func allOfThemComeInOnceAndInOrder(shards: Int) async throws {
        let count = 20_000
        let numbers = Array(1...count)
        let engine = Engine(shards: shards, known: ["a.test": "site-a", "b.test": "site-b"])
        let parts = [numbers[..<7_001], numbers[7_001..<7_002], numbers[7_002...]].map { $0.map(Self.message) }
        try await engine.loop.run { _ in
            await engine.queue.start(recovered: [], notices: engine.intake)
            _ = try await engine.queue.suspend(.site("site-a"), until: nil, by: "", reason: "")
            _ = try await engine.queue.suspend(.site("site-b"), until: nil, by: "", reason: "")
            let mail = RecoveredMail(parts: parts + [[]])
            #expect(mail.first == 1)
            await engine.queue.admit(recovered: mail, lastRecord: nil)
            #expect(await engine.queue.snapshot(sites: 0).counts.deliveries == count)
            #expect(mail.take().isEmpty && engine.queue.last == UInt64(count))
            for number in [1, 2, 4_097, 7_002, count] {
                let found = await engine.queue.explanations(of: Sample.id(number))
                #expect(found.map(\.site) == [number % 2 == 0 ? "site-a" : "site-b"])
            }
            // First in, first out: the oldest is the first of the site.
            let sites = await engine.queue.sites(limit: 10)
            #expect(sites.map(\.deliveries) == [count / 2, count / 2])
            #expect(sites.allSatisfy { $0.oldest == Sample.id(1).time })
        }
    }

    @Test func mailIsTakenPartByPart() {
        let mail = RecoveredMail(parts: [[Self.message(1), Self.message(2)], [Self.message(3)]])
        #expect(mail.takePart()?.map(\.number) == [1, 2])
        #expect(mail.take().map(\.number) == [3])
        #expect(mail.takePart() == nil)
        #expect(RecoveredMail(parts: []).first == nil)
    }

    /// A million of each is held at once: 64 bytes more are 64 MB.
    @Test func whatThereIsAMillionOfStaysSmall() {
        #expect(MemoryLayout<DeliveryEntry>.stride <= 36)
        #expect(MemoryLayout<MessageEntry>.stride <= 64)
        #expect(MemoryLayout<RecoveredMessage>.stride <= 64)
        #expect(MemoryLayout<Segment.Entry>.stride <= 24)
        // And of these a hundred thousand.
        #expect(MemoryLayout<Site>.stride <= 136)
        #expect(MemoryLayout<SiteRecord>.stride <= 184)
        #expect(MemoryLayout<Destination>.stride <= 64)
        #expect(MemoryLayout<Flow>.stride <= 52)
        #expect(MemoryLayout<TenantTurn>.stride <= 36)
    }
}
