import ArgumentParser
import Bench
import Foundation
import Loop
import Mail
import UnixSignals

extension BenchOutputOption {
    /// Runs a bench that needs no process but this one (journal, sign, scheduler, campaign), and shows what it found.
    /// - Parameters:
    ///   - folder: where the bench keeps its files, for the report.
    ///   - measure: the bench; it calls what it is given for every run that ends.
    func report(
        _ kind: String, _ parameters: [(String, String)], folder: String?,
        of measure: ((BenchRun) -> Void) async throws -> [BenchRun]
    ) async throws {
        var report = BenchReport(
            kind: kind, parameters: parameters.map { BenchReport.Parameter($0.0, $0.1) },
            machine: .here(folder: folder ?? ScratchFolder.usualParent), startedAt: SystemTime().wall.rfc3339)
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let watch = Task {
            for await signal in signals {
                ScratchFolder.removeAll()
                Foundation.exit(signal == .sigint ? 130 : 143)
            }
        }
        defer { watch.cancel() }
        report.runs = try await measure { run in
            if !quiet { Self.tell(run) }
        }
        report.advice = LocalAdvice.lines(report)
        try show(report)
    }

    private static func tell(_ run: BenchRun) {
        let rate = String(format: "%.0f", run.rate)
        let seconds = String(format: "%.2f", run.seconds)
        FileHandle.standardError.write(Data("\(run.label): \(run.messages) in \(seconds) s, \(rate)/s\n".utf8))
    }
}

/// What the local benches read from their command line.
enum BenchLocalText {
    /// The numbers of a list, as an operator types it: `1,20,100`.
    static func numbers(_ text: String, _ option: String) throws -> [Int] {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == parts.count else {
            throw ValidationError("\(option) takes whole numbers with commas between them, not '\(text)'")
        }
        return numbers
    }

    static func duration(_ text: String) throws -> Duration {
        guard let duration = DurationText.parse(text) else {
            throw ValidationError("--duration takes a time like 500ms, 5s or 2m, not '\(text)'")
        }
        return duration
    }
}
