import Foundation

extension LoadReport {
    /// One line of JSON with its line end.
    package var line: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Numbers and texts can always be encoded.
        return ((try? Array(encoder.encode(self))) ?? []) + [UInt8(ascii: "\n")]
    }

    /// `nil` when the line is no report.
    package init?(line: some Sequence<UInt8>) {
        guard let report = try? JSONDecoder().decode(LoadReport.self, from: Data(line)) else { return nil }
        self = report
    }
}
