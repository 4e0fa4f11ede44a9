import Mail
import Testing

@testable import Bench

@Suite struct SignBenchTests {
    @Test func measuresBothAlgorithmsBesideOpenSSL() async throws {
        var bench = SignBench()
        bench.threads = 2
        bench.callers = 3
        bench.messages = 12
        bench.duration = .seconds(60)
        bench.rounds = 1
        let runs = try await bench.run()
        let expected = ["RSA-2048", "Ed25519"].flatMap { name in
            ["OpenSSL, 1 thread", "DKIM, 1 thread", "OpenSSL, 2 threads", "DKIM, pool of 2"].map { "\(name) \($0)" }
        }
        #expect(runs.map(\.label) == expected)
        for run in runs {
            #expect(run.messages == 12)
            #expect(run.rate > 0 && run.cost.count == 1)
            #expect((run.value("of OpenSSL, by CPU") != nil) == run.label.contains("DKIM"))
            #expect((run.value("of OpenSSL, by the clock") != nil) == run.label.contains("DKIM"))
        }
    }

    @Test(
        arguments: [
            Mistake("--algorithm") { $0.algorithms = [] }, Mistake("--size") { $0.size = -1 },
            Mistake("--threads") { $0.threads = 0 },
            Mistake("--connections") { $0.callers = 0 }, Mistake("--messages") { $0.messages = 0 },
            Mistake("--rounds") { $0.rounds = 101 },
            Mistake("--duration") { $0.duration = .microseconds(1) },
        ] as [Mistake<SignBench>])
    func namesTheOptionThatIsWrong(_ mistake: Mistake<SignBench>) async {
        var bench = SignBench()
        mistake.change(&bench)
        await #expect { _ = try await bench.run() } throws: { "\($0)".hasPrefix("\(mistake.option) ") }
    }
}
