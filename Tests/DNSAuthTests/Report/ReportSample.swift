import Foundation
import Mail

@testable import DNSAuth

/// A file of a suite, with what was read from it in one line.
enum ReportSample {
    static func files(_ folder: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    static func read(_ file: URL) throws -> Result<IncomingReport, ReportFailure> {
        let bytes = try Conformance.bytes(file)
        do throws(ReportFailure) {
            return .success(
                file.pathExtension == "eml" ? try ReportReader.read(message: bytes) : try ReportReader.read(file: bytes)
            )
        } catch {
            return .failure(error)
        }
    }

    /// `organization | domain | rows | messages | repairs`.
    static func line(_ report: AggregateReport) -> String {
        let repairs = report.repairs.map(\.description).joined(separator: " ")
        return [
            report.reporter.organization, report.policy.domain, "\(report.rows.count)", "\(report.messageCount)",
            repairs,
        ].joined(separator: " | ")
    }

    /// `organization | domains | policies | successes | failures | repairs`.
    static func line(_ report: TLSReport) -> String {
        let repairs = report.repairs.map(\.description).joined(separator: " ")
        return [
            report.organization, Set(report.policies.map(\.domain)).sorted().joined(separator: ","),
            "\(report.policies.count)", "\(report.policies.reduce(0) { $0 + $1.successes })",
            "\(report.policies.reduce(0) { $0 + $1.failures })", repairs,
        ].joined(separator: " | ")
    }
}
