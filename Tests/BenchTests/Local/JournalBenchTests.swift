import Mail
import Testing

@testable import Bench

@Suite struct JournalBenchTests {
    @Test func countsWhatItAppendedAndOpensItAgain() async throws {
        let folder = try LocalFolder()
        var bench = JournalBench()
        bench.appenders = [1, 7]
        bench.sizes = [512]
        bench.messages = 60
        bench.duration = .seconds(60)
        bench.rounds = 2
        bench.data = folder.path
        var told: [String] = []
        let runs = try await bench.run { told.append($0.label) }
        #expect(told == ["bare disk", "1 x 512 B", "7 x 512 B", "bare disk", "1 x 512 B", "7 x 512 B"])
        #expect(runs.map(\.label) == told)
        for run in runs {
            // Exactly what was asked for, although the callers take turns.
            #expect(run.messages == 60 && run.failed == 0)
            #expect(run.seconds > 0 && run.cost.count == 1)
            let syncs = try #require(run.syncs)
            #expect(syncs > 0 && syncs <= 60)
        }
        let alone = runs[1]
        #expect(alone.syncs == 60, "a lone caller has a sync for each of its records")
        #expect(alone.value("records per sync") == 1)
        for run in [runs[1], runs[2], runs[4], runs[5]] {
            #expect(run.acceptLatency?.count == 60)
            #expect(try #require(run.bytesWritten) >= 60 * 512)
            for name in ["sync rate", "sync p50", "sync p99", "of the bare disk's syncs", "reopened in", "replayed"] {
                #expect(try #require(run.value(name), "\(name)") > 0)
            }
        }
        #expect(runs[0].bytesWritten == 60 * 4_096)
        let isEmpty = folder.removeIfEmpty()
        #expect(isEmpty, "the journals are removed")
    }

    @Test func endsWithTheTime() async throws {
        let folder = try LocalFolder()
        var bench = JournalBench()
        bench.appenders = [2]
        bench.duration = .milliseconds(20)
        bench.data = folder.path
        let runs = try await bench.run()
        #expect(runs.count == 2 && runs.allSatisfy { $0.messages > 0 })
        let isEmpty = folder.removeIfEmpty()
        #expect(isEmpty)
    }

    @Test(
        arguments: [
            Mistake("--connections") { $0.appenders = [1, 0] }, Mistake("--connections") { $0.appenders = [] },
            Mistake("--size") { $0.sizes = [0] }, Mistake("--size") { $0.sizes = [1 << 40] },
            Mistake("--messages") { $0.messages = 0 },
            Mistake("--rounds") { $0.rounds = 0 }, Mistake("--duration") { $0.duration = .zero },
            Mistake("--duration") { $0.duration = .seconds(7_200) },
        ] as [Mistake<JournalBench>])
    func namesTheOptionThatIsWrong(_ mistake: Mistake<JournalBench>) async {
        var bench = JournalBench()
        mistake.change(&bench)
        await #expect { _ = try await bench.run() } throws: { "\($0)".hasPrefix("\(mistake.option) ") }
    }

    @Test func namesTheFolderThatCannotBeUsed() async {
        var bench = JournalBench()
        bench.data = "/proc/nowhere"
        await #expect { _ = try await bench.run() } throws: { "\($0)".contains(" /proc/nowhere: ") }
    }
}

extension BenchRun {
    /// The figure of this name.
    func value(_ name: String) -> Double? { figures.first { $0.name == name }?.value }
}
