import Foundation
import Testing

@testable import Bench

@Suite struct TextReportTests {
    @Test func aComparisonIsOneTable() {
        #expect(TextReport(SampleReports.comparison).text == ExpectedText.comparison)
    }

    @Test func manyLabelsAreContinuedBelow() {
        let runs = (1...7).map { number in
            var run = BenchRun(label: "append, group of \(number)", messages: number * 1_000, seconds: 1)
            run.figures = [.init("of the bare disk", Double(number) * 10, "%")]
            return run
        }
        let text = TextReport(SampleReports.report(runs, kind: "journal"), width: 90).text
        #expect(text == ExpectedText.local)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 90 })
    }

    @Test func nothingInItMovesTheCursor() {
        let text = TextReport(SampleReports.hostile).text
        let controls = text.unicodeScalars.filter { $0 != "\n" && $0.properties.generalCategory == .control }
        #expect(controls.isEmpty)
    }

    @Test func aWarningIsNotRepeatedAsAdvice() {
        let text = TextReport(SampleReports.comparison).text
        #expect(text.components(separatedBy: "the machine is not quiet").count == 2)
        #expect(text.contains("\nwarning: the machine is not quiet"))
    }

    @Test func withoutARunItSaysSo() {
        #expect(TextReport(SampleReports.report([])).text.contains("No run has ended."))
    }
}
