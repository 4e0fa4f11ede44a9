import Foundation
import Testing

/// `martlet bench relay`, source and sink as an operator uses them; small loads, as nothing here is about speed.
@Suite struct TheBenchMeasuresARelayTests {
    private struct Report: Decodable {
        struct Inner: Decodable {
            var kind: String
            var runs: [Run]
        }
        struct Run: Decodable {
            var label: String
            var messages: Int
            var failed: Int
            var acceptLatency: Latency?
            var endToEndLatency: Latency?
            var cost: [Cost]
            var samples: [Sample]
            var peakRSSMiB: Double?
        }
        struct Latency: Decodable { var count: Int }
        struct Cost: Decodable { var part: String }
        struct Sample: Decodable { var accepted: Int }
        var report: Inner

        func run(_ label: String) throws -> Run { try #require(report.runs.first { $0.label == label }) }
    }

    private func bench(_ folder: TemporaryFolder, _ arguments: String...) throws -> Tool.Result {
        try Tool.run(Engine.binary, ["bench", "relay", "--data", folder.path] + arguments)
    }

    private func report(_ result: Tool.Result) throws -> Report {
        try #require(result.status == 0, "\(result.errors)")
        return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    }

    private func leftovers(in folder: TemporaryFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("martlet-bench-") }
    }

    @Test(.timeLimit(.minutes(3))) func everyMessageIsCountedOnceAndNothingIsLeft() throws {
        let folder = try TemporaryFolder()
        let page = "\(folder.path)/report.html"
        let result = try bench(folder, "--messages", "200", "--json", "-", "--html", page, "--quiet")
        let report = try report(result)
        #expect(report.report.kind == "relay")
        for label in ["ceiling", "martlet"] {
            let run = try report.run(label)
            #expect(run.messages == 200)
            #expect(run.failed == 0)
            #expect(run.acceptLatency?.count == 200)
            #expect(run.endToEndLatency?.count == 200)
            #expect(run.samples.last?.accepted == 200)
        }
        let martlet = try report.run("martlet")
        #expect(Set(martlet.cost.map(\.part)).isSuperset(of: ["source", "sink", "engine"]))
        #expect((martlet.peakRSSMiB ?? 0) > 1)
        #expect(try String(contentsOfFile: page, encoding: .utf8).contains("<svg"))
        #expect(result.errors.isEmpty, "\(result.errors)")
        #expect(try leftovers(in: folder).isEmpty)
    }

    @Test(.timeLimit(.minutes(3))) func whatTheSinkPutsOffArrivesInTheEnd() throws {
        let folder = try TemporaryFolder()
        let result = try bench(
            folder, "--messages", "60", "--defer-rate", "0.3", "--latency", "1", "--domains", "5", "--no-ceiling",
            "--json", "-", "--quiet")
        let run = try report(result).run("martlet")
        #expect(run.messages == 60)
        #expect(run.failed == 0)
    }

    @Test(.timeLimit(.minutes(3))) func underTLSWithAConnectionForEachMessage() throws {
        guard Tool.path("openssl", neededFor: "the certificate of bench relay --tls") != nil else { return }
        let folder = try TemporaryFolder()
        let result = try bench(
            folder, "--messages", "40", "--per-connection", "1", "--tls", "--no-ceiling", "--json", "-", "--quiet")
        #expect(try report(result).run("martlet").messages == 40)
    }

    @Test(.timeLimit(.minutes(3))) func aBenchThatIsKilledLeavesNothing() throws {
        let folder = try TemporaryFolder()
        let daemon = try Daemon(
            Engine.binary, ["bench", "relay", "--data", folder.path, "--duration", "1h", "--rate", "5", "--no-ceiling"])
        // The first line of progress: everything runs.
        let isUnderWay = eventually(within: 60) { daemon.errors.contains("accepted") || !daemon.isRunning }
        try #require(isUnderWay && daemon.isRunning, "\(daemon.errors)")
        let mine = try #require(try leftovers(in: folder).first)
        #expect(!processes(naming: mine).isEmpty)
        daemon.kill()
        #expect(try eventually { try leftovers(in: folder).isEmpty && processes(naming: mine).isEmpty })
    }

    @Test(.timeLimit(.minutes(3))) func aRunThatStandsStillSaysWhoDoes() throws {
        let folder = try TemporaryFolder()
        let daemon = try Daemon(
            Engine.binary,
            [
                "bench", "relay", "--data", folder.path, "--duration", "1h", "--rate", "50", "--no-ceiling",
                "--patience", "2",
            ])
        let isUnderWay = eventually(within: 60) { daemon.errors.contains("accepted") || !daemon.isRunning }
        try #require(isUnderWay && daemon.isRunning, "\(daemon.errors)")
        let mine = try #require(try leftovers(in: folder).first)
        let engine = try #require(processes(naming: mine).first)
        kill(engine, SIGSTOP)
        #expect(daemon.exitStatus(within: 60) == 1)
        let words = daemon.errors.split(separator: "\n").last ?? ""
        #expect(words.contains("nothing has moved for 2 s: the engine takes no more mail ("), "\(words)")
        #expect(words.contains("Logs: ") && words.contains(mine), "\(words)")
        #expect(FileManager.default.fileExists(atPath: "\(folder.path)/\(mine)/martlet-1.log"))
        #expect(eventually { processes(naming: mine).isEmpty })
    }

    /// Whose command line names the folder of the bench: the engine.
    private func processes(naming folder: String) -> [Int32] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { Int32($0) }.filter { pid in
            let words = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
            let text = String(decoding: words, as: UTF8.self)
            return text.contains("serve") && text.contains(folder)
        }
    }

    @Test(.timeLimit(.minutes(2))) func sourceAndSinkWorkByThemselves() throws {
        let port = FreePort.next()
        let sink = try Daemon(
            Engine.binary,
            ["bench", "sink", "--listen", "127.0.0.1:\(port)", "--temporary", "0.2", "--message-limit", "7"])
        try #require(sink.waits(for: port), "\(sink.errors)")
        let source = try Tool.run(
            Engine.binary,
            ["bench", "source", "--target", "127.0.0.1:\(port)", "--messages", "50", "--connections", "3"])
        #expect(source.status == 0)
        #expect(source.output.hasPrefix("source: 50 messages in "), "\(source.output)")
        #expect(source.output.contains("; 0 failed;"), "\(source.output)")
        #expect(sink.terminate() == 0)
        #expect(sink.output.contains("sink: 50 messages in "), "\(sink.output)")
    }

    @Test(
        .timeLimit(.minutes(2)),
        arguments: [
            (["relay", "--messages", "0"], "--messages"),
            (["relay", "--messages", "5", "--duration", "5s"], "--duration"),
            (["relay", "--duration", "soon"], "--duration"), (["relay", "--size", "1TB"], "--size"),
            (["relay", "--connections", "0"], "--connections"),
            (["relay", "--per-connection", "0"], "--per-connection"),
            (["relay", "--domains", "0"], "--domains"), (["relay", "--rate", "0"], "--rate"),
            (["relay", "--latency", "99999999"], "--latency"), (["relay", "--defer-rate", "1.5"], "--defer-rate"),
            (["relay", "--rounds", "0"], "--rounds"), (["relay", "--compare", "sendmail"], "--compare"),
            (["relay", "--json", "/nowhere/at/all"], "--json"), (["source", "--target", "here"], "--target"),
            (["sink", "--listen", "here"], "--listen"), (["sink", "--drop", "lunch"], "--drop"),
            (["sink", "--drop", "data:7"], "--drop"), (["sink", "--temporary", "2"], "--temporary"),
            (["sink", "--temporary", "0.6", "--permanent", "0.6"], "--permanent"),
            (["sink", "--refuse", "all"], "--refuse"), (["sink", "--bytes-per-second", "none"], "--bytes-per-second"),
            (["sink", "--connection-limit", "0"], "--connection-limit"),
            (["sink", "--message-limit", "0"], "--message-limit"),
        ])
    func wrongValuesAreRefusedWithTheirOption(arguments: [String], option: String) throws {
        let result = try Tool.run(Engine.binary, ["bench"] + arguments)
        #expect(result.status != 0)
        #expect(result.errors.contains(option), "\(result.errors)")
    }
}
