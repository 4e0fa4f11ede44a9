import Testing

@testable import Bench

/// Each rule both ways: what makes it speak, and the same just below it.
@Suite struct AdviceTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var rule: String
        /// What it must say; empty: this rule must not speak.
        var words: [String]
        var parameters: [(String, String)] = []
        var others: [BenchRun] = []
        var change: @Sendable (inout BenchRun) -> Void

        init(
            _ rule: String, _ words: [String] = [], _ parameters: [(String, String)] = [], others: [BenchRun] = [],
            change: @escaping @Sendable (inout BenchRun) -> Void = { _ in }
        ) {
            self.rule = rule
            self.words = words
            self.parameters = parameters
            self.others = others
            self.change = change
        }

        var testDescription: String { "\(rule)\(words.isEmpty ? ", silent" : "")" }
    }

    private static func cost(_ parts: KeyValuePairs<String, Double>) -> @Sendable (inout BenchRun) -> Void {
        let cost = SampleReports.cost(parts)
        return { $0.cost = cost }
    }

    private static func ceiling(_ rate: Double) -> BenchRun {
        BenchRun(label: "ceiling", messages: 20_000, seconds: 20_000 / rate)
    }

    private static let measurement: [Case] = [
        Case("the machine is not quiet", ["up to 12 %", "'martlet'"]) { $0.strangersSeconds = 0.96 },
        Case("the machine is not quiet") { $0.strangersSeconds = 0.39 },
        Case("the machine is not quiet") { $0.strangersSeconds = nil },
        Case("messages failed", ["12 of 20,012 with 'martlet'"]) { $0.failed = 12 },
        Case("messages failed"),
        Case("too short", ["took 1.6 s", "125,000 messages would take about 10 s"]) { $0.seconds = 1.6 },
        Case("too short") { $0.seconds = 2 },
        Case("rounds of 'martlet'", ["67 %", "more than 2 rounds"], others: [slower(8)]),
        Case("rounds of 'martlet'", others: [slower(5)]),
        Case("rounds of 'martlet'"),
    ]

    private static func slower(_ seconds: Double) -> BenchRun {
        var run = SampleReports.quietRun()
        run.seconds = seconds
        return run
    }

    private static let load: [Case] = [
        Case(
            "processors are busy",
            ["all 2", "95 %", "engine with 63 %", "source and sink with 31 %", "250 µs", "8,000"],
            change: cost(["source": 1.25, "sink": 1.25, "engine": 5])),
        Case("processors are busy", change: cost(["source": 1, "sink": 1, "engine": 4.5])),
        Case("processors are busy") {
            $0.cost = SampleReports.cost(["source": 1, "sink": 1, "engine": 4.5])
            $0.strangersSeconds = 1.7
        },
        Case("the source is the bottleneck", ["0.950"], change: cost(["source": 3.8, "sink": 0.5, "engine": 2])),
        Case("the source is the bottleneck", change: cost(["source": 3.4, "sink": 0.5, "engine": 2])),
        // On a machine without rest it is not the one.
        Case("the source is the bottleneck", change: cost(["source": 3.8, "sink": 0.5, "engine": 3.5])),
        Case(
            "the source is the bottleneck", [], [("rate", "5000")],
            change: cost(["source": 3.8, "sink": 0.5, "engine": 2])),
        Case("the sink is the bottleneck", ["1.25"], change: cost(["source": 0.5, "sink": 5, "engine": 1])),
        Case("the sink is the bottleneck", change: cost(["source": 0.5, "sink": 3.4, "engine": 1])),
        Case("source and sink are the bottleneck", ["91 %"], others: [ceiling(5_500)]),
        Case("source and sink are the bottleneck", others: [ceiling(6_000)]),
        Case("source and sink are the bottleneck", others: [ceiling(5_500)]) { $0.strangersSeconds = 1.7 },
        Case("source and sink are the bottleneck", [], [("rate", "5000")], others: [ceiling(5_500)]),
        Case(
            "raise loops", ["the one loop is busy for 95 %", "0.600 of 2"],
            change: cost(["source": 0.8, "sink": 0.8, "engine": 3.9, "engine/loop-0": 3.8])),
        Case("raise loops", change: cost(["source": 0.8, "sink": 0.8, "engine": 3.9, "engine/loop-0": 3.2])),
        // As many loops as cores.
        Case("raise loops", change: cost(["engine": 7, "engine/loop-0": 3.5, "engine/loop-1": 3.5])),
        Case(
            "one loop does the work", ["loop-0 is busy for 95 %", "loop-1 for 13 %"],
            change: cost(["engine": 4.4, "engine/loop-0": 3.8, "engine/loop-1": 0.5])),
        Case("one loop does the work", change: cost(["engine": 5.8, "engine/loop-0": 3.8, "engine/loop-1": 2])),
        Case("one loop does the work", change: cost(["engine": 4.4, "engine/loop-0": 3.8])),
    ]

    private static let idle = SampleReports.cost(["source": 0.5, "sink": 0.5, "engine": 1.4])

    private static let waiting: [Case] = [
        Case("was not reached", ["--rate 8,000", "5,000 messages/s"], [("rate", "8000")]),
        Case("was not reached", [], [("rate", "5200")]),
        Case("was not reached"),
        Case("the disk's sync", ["250 syncs/s", "4.00 ms each", "20.0 messages in each", "31 %"]) {
            $0.cost = idle
            $0.syncs = 1_000
            $0.acceptLatency = SampleReports.latency(5)
        },
        // Syncs with gaps between them are not what is waited for.
        Case("the disk's sync") {
            $0.cost = idle
            $0.syncs = 1_000
            $0.acceptLatency = SampleReports.latency(2)
        },
        Case("the disk's sync") {
            $0.syncs = 1_000
            $0.acceptLatency = SampleReports.latency(5)
        },
        Case("the disk's sync") {
            $0.cost = idle
            $0.syncs = nil
        },
        Case("raise --connections", ["10.0 of 10.0", "2.00 ms each", "31 %"], [("connections", "10")]) {
            $0.cost = idle
        },
        Case("raise --connections", [], [("connections", "20")]) { $0.cost = idle },
        Case("raise --connections", [], [("connections", "10")]),
        Case("raise --connections", [], [("connections", "10"), ("rate", "5000")]) { $0.cost = idle },
        // 50 requests a second of 100 messages each.
        Case("raise --connections", [], [("connections", "10"), ("batch", "100")]) { $0.cost = idle },
        Case("much is written", ["9,000 bytes", "of 1,024", "0.200 syncs each"], [("size", "1024")]) {
            $0.bytesWritten = 20_000 * 9_000
        },
        Case("much is written", [], [("size", "1024")]) { $0.bytesWritten = 20_000 * 8_000 },
        Case("much is written", [], [("size", "1024")]) { $0.bytesWritten = nil },
        Case("faster than it goes out", ["10,000 against 5,000", "up to 5,000 waited"]) {
            $0.ingestSeconds = 2
            $0.samples = [.init(at: 1, accepted: 10_000, arrived: 5_000, rssMiB: 40)]
        },
        Case("faster than it goes out") {
            $0.ingestSeconds = 2
            $0.samples = [.init(at: 1, accepted: 10_000, arrived: 9_000, rssMiB: 40)]
        },
        Case("faster than it goes out") {
            $0.samples = [.init(at: 1, accepted: 10_000, arrived: 5_000, rssMiB: 40)]
        },
        Case("p99 far above p50", ["45.0 ms against 4.00 ms"]) { $0.acceptLatency = SampleReports.latency(4, p99: 45) },
        Case("p99 far above p50") { $0.acceptLatency = SampleReports.latency(5, p99: 45) },
        Case("p99 far above p50") { $0.acceptLatency = SampleReports.latency(1, p99: 19) },
        Case("at full load", ["accept p99 45.0 ms", "--rate 2500 "]) {
            $0.acceptLatency = SampleReports.latency(30, p99: 45)
        },
        Case("at full load", [], [("rate", "5000")]) { $0.acceptLatency = SampleReports.latency(30, p99: 45) },
        Case("at full load") { $0.acceptLatency = SampleReports.latency(10, p99: 20) },
    ]

    @Test(arguments: measurement + load + waiting) func saysWhatTheFiguresSay(_ example: Case) {
        var run = SampleReports.quietRun()
        example.change(&run)
        let lines = Advice.lines(SampleReports.report([run] + example.others, example.parameters))
        let said = lines.filter { $0.contains(example.rule) }
        #expect(said.count == (example.words.isEmpty ? 0 : 1), "\(lines)")
        for words in example.words { #expect(said.first?.contains(words) == true, "\(said)") }
    }

    @Test func nothingIsSaidWhereNothingIsWrong() {
        #expect(Advice.lines(SampleReports.report([SampleReports.quietRun()])) == [])
        #expect(Advice.lines(SampleReports.report([])) == [])
    }

    @Test func aRunWithoutAnythingMeasuredBreaksNoRule() {
        for run in [
            BenchRun(label: "martlet", messages: 0, seconds: 0), BenchRun(label: "martlet", messages: 10, seconds: 0),
            BenchRun(label: "martlet", messages: 0, seconds: 10),
        ] {
            var report = SampleReports.report([run, run], [("rate", "x"), ("connections", "-1"), ("size", "1e400")])
            report.machine.cores = 0
            _ = Advice.lines(report)
            #expect(!TextReport(report).text.isEmpty)
            #expect(!HTMLReport(report).text.isEmpty)
        }
    }

    @Test func parametersMayHaveTheirDashesAndUnits() {
        for (name, value) in [("--rate", "8000"), ("rate", "8000.0/s"), ("rate", "8000 messages/s")] {
            let lines = Advice.lines(SampleReports.report([SampleReports.quietRun()], [(name, value)]))
            #expect(lines.contains { $0.contains("--rate 8,000 was not reached") })
        }
    }

    @Test func theSourceOfTheAPIHasLoopsToRaise() {
        var run = SampleReports.quietRun()
        run.cost = SampleReports.cost(["source": 3.8, "engine": 2])
        let said = { (kind: String) in
            Advice.lines(SampleReports.report([run], kind: kind)).first { $0.contains("the source is the bottleneck") }
        }
        #expect(said("api")?.hasSuffix("raise --source-loops") == true)
        #expect(said("relay")?.contains("several 'martlet bench source'") == true)
    }

    @Test func onlyTheEngineIsJudgedByTheRulesAboutLoad() {
        var run = SampleReports.quietRun("journal append")
        run.seconds = 0.5
        run.strangersSeconds = nil
        #expect(Advice.lines(SampleReports.report([run], kind: "journal")).isEmpty)
    }
}
