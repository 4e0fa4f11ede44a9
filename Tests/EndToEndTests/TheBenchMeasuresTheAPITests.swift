import Foundation
import Testing

/// `martlet bench api` and its source as an operator uses them; small loads, as nothing here is about speed.
@Suite struct TheBenchMeasuresTheAPITests {
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
        }
        struct Latency: Decodable { var count: Int }
        struct Cost: Decodable { var part: String }
        var report: Inner
        var medians: [String: [String: Double]]
    }

    private func bench(_ folder: TemporaryFolder, _ arguments: String...) throws -> Report {
        let result = try Tool.run(
            Engine.binary, ["bench", "api", "--data", folder.path, "--json", "-", "--quiet"] + arguments)
        try #require(result.status == 0, "\(result.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    }

    @Test(.timeLimit(.minutes(3))) func everyMessageIsTakenInAndArrives() throws {
        let report = try bench(try TemporaryFolder(), "--messages", "150", "--connections", "5", "--rounds", "2")
        #expect(report.report.kind == "api")
        #expect(report.report.runs.map(\.label) == ["martlet", "martlet"])
        for run in report.report.runs {
            #expect(run.messages == 150)
            #expect(run.failed == 0)
            #expect(run.acceptLatency?.count == 150)
            #expect(run.endToEndLatency?.count == 150)
            #expect(Set(run.cost.map(\.part)).isSuperset(of: ["source", "sink", "engine"]))
        }
        #expect(report.medians["martlet"]?["messages"] == 150)
    }

    @Test(.timeLimit(.minutes(3))) func withoutASinkOnlyTakingInIsMeasured() throws {
        let report = try bench(
            try TemporaryFolder(), "--messages", "60", "--connections", "3", "--domains", "7", "--size", "10KiB",
            "--no-sink")
        let run = try #require(report.report.runs.first)
        #expect(run.messages == 60)
        #expect(run.failed == 0)
        #expect(run.endToEndLatency == nil)
        #expect(!run.cost.contains { $0.part == "sink" })
    }

    @Test(
        .timeLimit(.minutes(2)),
        arguments: [
            (["api", "--messages", "0"], "--messages"), (["api", "--messages", "5", "--duration", "5s"], "--duration"),
            (["api", "--size", "1TB"], "--size"), (["api", "--batch", "1001"], "--batch"),
            (["api", "--connections", "0"], "--connections"), (["api", "--rate", "0"], "--rate"),
            (["api", "--rounds", "0"], "--rounds"), (["api", "--html", "/nowhere/at/all"], "--html"),
            (["api-source", "--api", "here", "--key-file", "k"], "--api"),
            (["api-source", "--api", "127.0.0.1:1", "--key-file", "/nowhere/at/all"], "--key-file"),
        ])
    func wrongValuesAreRefusedWithTheirOption(arguments: [String], option: String) throws {
        let result = try Tool.run(Engine.binary, ["bench"] + arguments)
        #expect(result.status != 0)
        #expect(result.errors.contains(option), "\(result.errors)")
    }

    @Test(.timeLimit(.minutes(3))) func aBatchCountsEachOfItsMessages() throws {
        let report = try bench(
            try TemporaryFolder(), "--messages", "250", "--batch", "100", "--connections", "2")
        let run = try #require(report.report.runs.first)
        #expect(run.messages == 250 && run.failed == 0 && run.acceptLatency?.count == 3)
    }
}
