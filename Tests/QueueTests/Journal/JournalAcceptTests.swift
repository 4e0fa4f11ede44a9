import Mail
import Testing

@testable import Queue

@Suite(.timeLimit(.minutes(1)))
struct JournalAcceptTests {
    @Test func `what was accepted is found again, byte for byte`() async throws {
        try await JournalSample.withFolder { folder in
            let message = JournalSample.message(1, recipients: ["a@example.net", "b@example.com", "c@example.net"])
            var (journal, recovered, report) = try Journal.reopen(JournalOptions(folder: folder))
            #expect(recovered.isEmpty)
            #expect(report == RecoveryReport())
            let number = try await journal.accept(message)
            journal.close()
            (journal, recovered, report) = try Journal.reopen(JournalOptions(folder: folder))
            defer { journal.close() }
            let found = try #require(recovered.first)
            #expect(recovered.count == 1)
            #expect(report.damages.isEmpty)
            #expect(report.tornBytes == 0)
            #expect(found.number == number)
            #expect(found.id == message.id)
            #expect(found.tenant == message.tenant)
            #expect(found.size == message.content.count)
            #expect(found.pending.map(\.domain.text) == ["example.net", "example.com", "example.net"])
            #expect(found.pending.map(\.recipient) == [0, 1, 2])
            let loaded = try journal.load(number)
            #expect(loaded.content.added == message.content.added)
            #expect(loaded.content.original == message.content.original)
            #expect(loaded.facts.envelope == message.facts.envelope)
            #expect(loaded.recipientStates == [RecipientState(), RecipientState(), RecipientState()])
        }
    }
}
