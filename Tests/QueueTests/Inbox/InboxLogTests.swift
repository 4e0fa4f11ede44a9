import Mail
import Testing

@testable import Queue

@Suite(.timeLimit(.minutes(1)))
struct InboxLogTests {
    static func message(_ index: Int, recipients: Int = 1) -> InboxMessage {
        let at = WallTime(milliseconds: 1_700_000_000_000 + Int64(index))
        let text =
            "From: A <a@example.org>\r\nSubject: Number \(index)\r\nMessage-ID: <\(index)@example.org>\r\n\r\nHello\r\n"
        return InboxMessage(
            id: UUIDv7(at: at, random: (UInt64(index), 1)), receivedAt: at,
            sender: JournalSample.mailbox("a@example.org"),
            recipients: (0..<recipients).map { JournalSample.mailbox("r\($0)@example.net") }, content: Array(text.utf8))
    }

    static func open(_ folder: String, limit: Int = 10_000) throws -> InboxLog {
        var options = JournalOptions(folder: folder)
        options.segmentSize = 16 << 10
        return try InboxLog.open(options, limit: limit, time: JournalTestTime()).inbox
    }

    @Test func `what was deposited is listed newest first, and outlives the process`() async throws {
        try await JournalSample.withFolder { folder in
            var inbox = try Self.open(folder)
            for index in 0..<100 { try await inbox.deposit(Self.message(index, recipients: index % 3)) }
            inbox.close()
            inbox = try Self.open(folder)
            defer { inbox.close() }
            let (page, total) = await inbox.list(limit: 10, offset: 5)
            #expect(total == 100)
            #expect(page.map(\.id) == (0..<10).map { Self.message(94 - $0).id })
            #expect(page[0].recipients.count == 94 % 3)
            #expect(page[0].receivedAt == Self.message(94).receivedAt)
            #expect(page[0].size == Self.message(94).content.count)
            let message = try #require(await inbox.message(Self.message(7).id))
            #expect(message.content == Self.message(7).content)
            #expect(message.sender == Self.message(7).sender)
            #expect(await inbox.message(Self.message(1_000).id) == nil)
            #expect(await inbox.list(limit: 10, offset: 100).messages.isEmpty)
        }
    }

    @Test func `the oldest make room, and their disk space comes back`() async throws {
        try await JournalSample.withFolder { folder in
            var inbox = try Self.open(folder, limit: 20)
            for index in 0..<500 { try await inbox.deposit(Self.message(index)) }
            let (page, total) = await inbox.list(limit: 100, offset: 0)
            #expect((20...22).contains(total))
            #expect(page.count == total)
            #expect(page.first?.id == Self.message(499).id)
            #expect(await inbox.message(Self.message(3).id) == nil)
            #expect(try await JournalSegmentTests.eventually { try JournalSegmentTests.segments(folder).count <= 4 })
            inbox.close()
            inbox = try Self.open(folder, limit: 20)
            defer { inbox.close() }
            #expect(await inbox.list(limit: 1, offset: 0).total == total)
        }
    }

    @Test func `removing all removes all, for good`() async throws {
        try await JournalSample.withFolder { folder in
            var inbox = try Self.open(folder)
            for index in 0..<10 { try await inbox.deposit(Self.message(index, recipients: index % 3)) }
            await inbox.removeAll()
            #expect(await inbox.list(limit: 10, offset: 0).total == 0)
            #expect(await inbox.message(Self.message(3).id) == nil)
            try await inbox.deposit(Self.message(11))
            inbox.close()
            inbox = try Self.open(folder)
            defer { inbox.close() }
            #expect(await inbox.list(limit: 10, offset: 0).messages.map(\.id) == [Self.message(11).id])
        }
    }

    @Test func `a full disk refuses the deposit`() async throws {
        let disk = SimulatedDisk()
        let (inbox, _) = try InboxLog.open(JournalFaultTests.options(disk), time: JournalTestTime())
        defer { inbox.close() }
        disk.failAll(.write)
        await #expect(throws: Refusal.storageUnavailable) { try await inbox.deposit(Self.message(1)) }
        #expect(await inbox.list(limit: 10, offset: 0).total == 0)
    }
}
