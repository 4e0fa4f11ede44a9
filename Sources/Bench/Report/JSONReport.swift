package import Foundation

/// The report for programs: everything that was measured, and the medians of the table beside it. Keys are sorted, so
/// that two reports can be compared line by line. docs/bench.md names every field.
package struct JSONReport: Codable, Sendable, Equatable {
    /// Raised when a field changes its meaning or goes; new fields do not raise it.
    package var format = 1
    package var report: BenchReport
    /// By label: the medians over its rounds, by the key of the line.
    package var medians: [String: [String: Double]]

    package init(_ report: BenchReport) {
        self.report = report
        let metrics = ReportMetric.all(in: report.runs, cores: report.machine.cores)
        medians = [:]
        for group in RunGroup.groups(of: report.runs) {
            var values: [String: Double] = [:]
            for metric in metrics { values[metric.key] = group.median(metric) }
            medians[group.label] = values
        }
    }

    /// Ends with a line end.
    package func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // A figure that could not be computed must not cost the whole report.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try encoder.encode(self) + Data("\n".utf8)
    }

    /// Reads what `encoded` has written.
    package static func decode(_ data: Data) throws -> JSONReport {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try decoder.decode(JSONReport.self, from: data)
    }
}
