@testable import Bench

/// Reports with figures that a reader can check by hand.
enum SampleReports {
    static let machine = BenchReport.Machine(
        cores: 2, processor: "Test CPU", memoryMiB: 4000, kernel: "6.1.0", fileSystem: "ext4")

    static func report(_ runs: [BenchRun], kind: String = "relay", _ parameters: [(String, String)] = []) -> BenchReport
    {
        BenchReport(
            kind: kind, parameters: parameters.map { .init($0.0, $0.1) }, machine: machine,
            startedAt: "2026-11-21T19:00:00Z", runs: runs)
    }

    static func latency(_ p50: Double, p99: Double? = nil, mean: Double? = nil) -> BenchRun.Latency {
        let p99 = p99 ?? p50 * 2
        return BenchRun.Latency(
            count: 20_000, mean: mean ?? p50, p50: p50, p90: p50 * 1.5, p99: p99, p999: p99 * 1.5, max: p99 * 2)
    }

    static func cost(_ parts: KeyValuePairs<String, Double>) -> [BenchRun.PartCost] {
        parts.map { .init(part: $0.key, user: $0.value * 0.75, system: $0.value * 0.25) }
    }

    /// 20,000 messages in 4 s that nothing can be said against: 5,000/s, three quarters of the machine in use, all
    /// rules silent.
    static func quietRun(_ label: String = "martlet") -> BenchRun {
        var run = BenchRun(label: label, messages: 20_000, seconds: 4)
        run.ingestSeconds = 4
        run.acceptLatency = latency(2)
        run.endToEndLatency = latency(4)
        run.cost = cost([
            "source": 1, "sink": 1, "engine": 4, "engine/loop-0": 1.7, "engine/loop-1": 1.6, "engine/journal": 0.4,
        ])
        run.syncs = 4_000
        run.bytesWritten = 20_000 * 2_000
        run.peakRSSMiB = 60
        run.peakPSSMiB = 55
        run.strangersSeconds = 0.1
        run.samples = (1...16).map { index in
            .init(
                at: Double(index) / 4, accepted: index * 1_250, arrived: index * 1_250 - 100, rssMiB: 40 + Double(index)
            )
        }
        return run
    }

    /// A whole comparison: the ceiling, Postfix and Martlet, two rounds of each.
    static var comparison: BenchReport {
        var runs: [BenchRun] = []
        for round in 0..<2 {
            var ceiling = BenchRun(label: "ceiling", messages: 20_000, seconds: round == 0 ? 0.8 : 1)
            ceiling.ingestSeconds = ceiling.seconds
            ceiling.acceptLatency = latency(0.5)
            ceiling.endToEndLatency = latency(0.6)
            ceiling.cost = cost(["source": 0.6, "sink": 0.5])
            ceiling.strangersSeconds = 0.01
            ceiling.samples = (1...4).map {
                .init(at: Double($0) * ceiling.seconds / 4, accepted: $0 * 5_000, arrived: $0 * 5_000, rssMiB: 0)
            }
            var postfix = BenchRun(label: "postfix", messages: 20_000, seconds: 40)
            postfix.ingestSeconds = 38
            postfix.acceptLatency = latency(25)
            postfix.endToEndLatency = latency(900)
            postfix.cost = cost(["source": 2, "sink": 2, "engine": 60])
            postfix.peakRSSMiB = 400
            postfix.peakPSSMiB = 150
            postfix.bytesWritten = 20_000 * 12_000
            postfix.strangersSeconds = 0.5
            postfix.samples = (1...160).map {
                .init(
                    at: Double($0) / 4, accepted: min(20_000, $0 * 131), arrived: $0 * 125, rssMiB: 350 + Double($0) / 4
                )
            }
            var martlet = quietRun()
            martlet.acceptLatency = latency(12)
            if round == 1 { martlet.strangersSeconds = 0.7 }
            runs += [ceiling, postfix, martlet]
        }
        var report = report(
            runs,
            [("messages", "20000"), ("size", "1024"), ("connections", "20"), ("rounds", "2"), ("compare", "postfix")])
        report.advice = Advice.lines(report)
        return report
    }

    /// Everything a stranger could have put into a report.
    static var hostile: BenchReport {
        let attack = "</style><script>alert(\"1\")</script>&'\u{1b}[31m"
        var run = quietRun()
        run.label = attack
        run.cost.append(.init(part: "engine/\(attack)", user: 1, system: 1))
        run.figures = [.init(attack, 1, attack)]
        var report = report([run], kind: attack, [(attack, attack)])
        report.machine.processor = attack
        report.machine.kernel = attack
        report.machine.fileSystem = attack
        report.startedAt = attack
        report.advice = [attack]
        return report
    }
}
