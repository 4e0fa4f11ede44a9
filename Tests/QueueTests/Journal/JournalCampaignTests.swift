import Mail
import Testing

@testable import Queue

/// A restart knows which campaign a message belongs to, wherever the journal finds it.
@Suite(.timeLimit(.minutes(1)))
struct JournalCampaignTests {
    @Test func `campaigns are found in scanned records, in indexes and in messages that moved`() async throws {
        let disk = SimulatedDisk()
        let options = JournalFaultTests.options(disk)
        let campaigns = (1...3).map { UUIDv7(high: 9, low: UInt64($0)) }
        var expected: [UInt64: UUIDv7?] = [:]
        for _ in 0..<3 {
            let (journal, _, _) = try Journal.reopen(options)
            for index in 0..<60 {
                var message = JournalSample.message(index)
                let campaign = index % 4 == 3 ? nil : campaigns[index % 4]
                message.facts.campaign = campaign
                let number = try await journal.accept(message)
                // What is left in each segment is little, so that it is written again elsewhere.
                if index % 7 < 5 {
                    journal.note([JournalSample.bounced(message, number, [0])])
                } else {
                    expected[number] = campaign
                    #expect(try journal.loadFacts(number).facts.campaign == campaign)
                }
            }
            journal.close()
        }
        let (journal, recovered, report) = try Journal.reopen(options)
        defer { journal.close() }
        #expect(report.segments > report.scanned)
        #expect(recovered.count == expected.count)
        for message in recovered {
            #expect(expected[message.number] == .some(message.campaign))
            #expect(try journal.load(message.number).facts.campaign == message.campaign)
        }
    }
}
