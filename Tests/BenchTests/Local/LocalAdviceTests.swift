import Testing

@testable import Bench

@Suite struct LocalAdviceTests {
    private static func report(_ kind: String, on fileSystem: String = "ext4", _ runs: [BenchRun]) -> BenchReport {
        BenchReport(
            kind: kind, parameters: [],
            machine: BenchReport.Machine(
                cores: 2, processor: "", memoryMiB: 1, kernel: "", fileSystem: fileSystem),
            startedAt: "", runs: runs)
    }

    private static func run(_ label: String, _ name: String, _ value: Double) -> BenchRun {
        var run = BenchRun(label: label, messages: 1_000, seconds: 1)
        run.figures = [BenchRun.Figure(name, value, "")]
        return run
    }

    @Test(arguments: [("journal", 1), ("campaign", 1), ("sign", 0), ("scheduler", 0)])
    func saysThatMemoryIsNoDisk(kind: String, lines: Int) {
        #expect(LocalAdvice.lines(Self.report(kind, on: "tmpfs", [])).count == lines)
        #expect(LocalAdvice.lines(Self.report(kind, [])).isEmpty)
    }

    @Test func saysWhatSharedSyncsBring() {
        let runs = [Self.run("1 x 1", "records per sync", 1), Self.run("20 x 1", "records per sync", 12.5)]
        let lines = LocalAdvice.lines(Self.report("journal", runs))
        #expect(lines.count == 1)
        #expect(lines.first?.contains("20 x 1 had 12.5") == true)
        #expect(LocalAdvice.lines(Self.report("journal", [runs[0]])).isEmpty)
    }

    @Test func saysThatSigningIsSlowerThanUsual() {
        let slow = [Self.run("RSA-2048 DKIM, 1 thread", "of OpenSSL, by CPU", 70)]
        #expect(LocalAdvice.lines(Self.report("sign", slow)).count == 1)
        let usual = [
            Self.run("RSA-2048 DKIM, 1 thread", "of OpenSSL, by CPU", 96),
            // Hashing shows beside so cheap a signature.
            Self.run("Ed25519 DKIM, 1 thread", "of OpenSSL, by CPU", 60),
        ]
        #expect(LocalAdvice.lines(Self.report("sign", usual)).isEmpty)
    }
}
