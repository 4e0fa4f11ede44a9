import Mail
import Testing

@testable import Bench

@Suite struct SchedulerBenchTests {
    @Test(arguments: [1, 3])
    func turnsOverEveryDelivery(loops: Int) async throws {
        var bench = SchedulerBench()
        bench.queued = [50, 500]
        bench.domains = 7
        bench.loops = loops
        bench.atLeast = 120
        let runs = try await bench.run()
        #expect(runs.map(\.label) == ["50 queued", "500 queued"])
        #expect(runs.map(\.messages) == [150, 500], "a small queue is filled and emptied several times")
        for run in runs {
            for name in ["CPU to admit", "CPU to turn over", "first tenth", "turned over"] {
                #expect(try #require(run.value(name), "\(name)") > 0)
            }
            #expect(run.value("memory") == nil, "of a small queue nobody can tell")
        }
    }

    @Test func saysWhatADeliveryTakesInMemory() async throws {
        var bench = SchedulerBench()
        bench.queued = [50_000]
        bench.domains = 100
        bench.atLeast = 1
        let run = try #require(try await bench.run().first)
        #expect(run.messages == 50_000)
        #expect(try #require(run.value("memory")) > 0)
    }

    @Test(
        arguments: [
            Mistake("--messages") { $0.queued = [] }, Mistake("--messages") { $0.queued = [9] },
            Mistake("--domains") { $0.domains = 0 },
            Mistake("--loops") { $0.loops = 0 }, Mistake("--rounds") { $0.rounds = 0 },
        ] as [Mistake<SchedulerBench>])
    func namesTheOptionThatIsWrong(_ mistake: Mistake<SchedulerBench>) async {
        var bench = SchedulerBench()
        mistake.change(&bench)
        await #expect { _ = try await bench.run() } throws: { "\($0)".hasPrefix("\(mistake.option) ") }
    }
}
