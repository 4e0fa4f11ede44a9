import Foundation
import Testing

@testable import Bench

@Suite struct JSONReportTests {
    @Test func whatIsWrittenCanBeRead() throws {
        let json = JSONReport(SampleReports.comparison)
        #expect(try JSONReport.decode(json.encoded()) == json)
    }

    @Test func keysAreSortedAndEveryReportIsTheSameTwice() throws {
        let one = String(decoding: try JSONReport(SampleReports.comparison).encoded(), as: UTF8.self)
        let two = String(decoding: try JSONReport(SampleReports.comparison).encoded(), as: UTF8.self)
        #expect(one == two)
        let top = one.split(separator: "\n").filter { $0.hasPrefix("  \"") }.map { $0.prefix { $0 != ":" } }
        #expect(top == ["  \"format\" ", "  \"medians\" ", "  \"report\" "])
    }

    @Test func mediansAreThoseOfTheTable() {
        let medians = JSONReport(SampleReports.comparison).medians
        #expect(Set(medians.keys) == ["ceiling", "postfix", "martlet"])
        // 25,000 and 20,000 a second.
        #expect(medians["ceiling"]?["messages_per_second"] == 22_500)
        #expect(medians["martlet"]?["messages_per_second"] == 5_000)
        #expect(medians["martlet"]?["accept_p99_ms"] == 24)
        #expect(medians["martlet"]?["cpu_us_per_message/engine"] == 200)
        #expect(medians["martlet"]?["cpu_us_per_message/engine/journal"] == 20)
        #expect(medians["martlet"]?["syncs_per_message"] == 0.2)
        #expect(medians["martlet"]?["written_bytes_per_message"] == 2_000)
        #expect(medians["martlet"]?["other_programs_percent"] == 5)
        #expect(medians["ceiling"]?["cpu_us_per_message/engine"] == nil)
        #expect(medians["ceiling"]?["failed"] == nil)
    }

    @Test func aFigureThatCouldNotBeComputedDoesNotCostTheReport() throws {
        var report = SampleReports.comparison
        report.runs[0].figures = [.init("a", .nan, "s"), .init("b", .infinity, "s")]
        let decoded = try JSONReport.decode(JSONReport(report).encoded())
        #expect(decoded.report.runs[0].figures[0].value.isNaN)
        #expect(decoded.report.runs[0].figures[1].value == .infinity)
    }
}
