import Mail
import Testing

@testable import Bench

@Suite struct CampaignBenchTests {
    @Test func admitsEveryRecipientOfEveryMessage() async throws {
        let folder = try LocalFolder()
        var bench = CampaignBench()
        bench.recipients = 1_050
        bench.perMessage = 100
        bench.size = 2_048
        bench.domains = 13
        bench.appenders = 3
        bench.rounds = 2
        bench.data = folder.path
        let runs = try await bench.run()
        #expect(runs.count == 2)
        for run in runs {
            #expect(run.label == "fan-out" && run.messages == 1_050)
            #expect(run.value("messages of the campaign") == 11)
            #expect(run.acceptLatency?.count == 11)
            #expect(try #require(run.bytesWritten) > 11 * 2_048)
            // Names of some ten bytes, written out; the content comes once for a hundred.
            let written = try #require(run.value("of it not content"))
            #expect(written > 5 && written < 100)
            #expect(try #require(run.value("recipients")) > 0)
        }
        let isEmpty = folder.removeIfEmpty()
        #expect(isEmpty, "the journals are removed")
    }

    @Test(
        arguments: [
            Mistake("--messages") { $0.recipients = 0 }, Mistake("--per-message") { $0.perMessage = 1_001 },
            Mistake("--size") { $0.size = 0 },
            Mistake("--size") { ($0.recipients, $0.perMessage, $0.size) = (5_000_000, 1, 26_214_400) },
            Mistake("--domains") { $0.domains = 0 }, Mistake("--connections") { $0.appenders = 0 },
            Mistake("--loops") { $0.loops = 0 },
            Mistake("--rounds") { $0.rounds = 0 },
        ] as [Mistake<CampaignBench>])
    func namesTheOptionThatIsWrong(_ mistake: Mistake<CampaignBench>) async {
        var bench = CampaignBench()
        mistake.change(&bench)
        await #expect { _ = try await bench.run() } throws: { "\($0)".hasPrefix("\(mistake.option) ") }
    }
}
