import Foundation
import Mail
import Testing

@testable import DNSAuth

/// mox's record table: 35 bad, 6 valid, by RFC 7489. A bad one is no record, or one that asks for no policy.
@Suite struct MoxRecordTests {
    private struct Case {
        var text: String
        /// The fields of Go's record; `nil` for a bad one.
        var expected: String?
    }

    private func cases(in folder: URL) throws -> [Case] {
        let parsed = try Conformance.json(folder.appending(path: "dmarc_parse.json"))
        let list = try #require((parsed as? [String: Any])?["cases"] as? [[String: Any]])
        return try list.map { entry in
            let arguments = try #require(entry["args"] as? [Any])
            let expected = arguments.count > 1 ? (arguments[1] as? [String: String])?["go"] : nil
            return Case(
                text: try #require(arguments[0] as? String),
                expected: entry["fn"] as? String == "valid" ? expected : nil)
        }
    }

    /// Records that mox gives up and we use, with the fault named.
    private static let deviations: [String: String] = [
        "v=DMARC1; sp=reject; p=reject": "RFC 7489 §6.3 wants p behind v; RFC 9989 §4.7 no longer does",
        "v=DMARC1; p=none; p=none": twice, "v=DMARC1; p=none; p=reject": twice,
    ]
    private static let twice =
        "RFC 6376 §3.2 gives up a list with a tag that stands twice; RFC 7489 §6.3 has errors behind v and p ignored, so "
        + "the first one counts"

    @Test func records() throws {
        guard let folder = Conformance.folder("dmarc/mox-vectors") else { return }
        var tally = SuiteTally("dmarc/mox-vectors records", deviations: Self.deviations)
        for test in try cases(in: folder) {
            let record = DMARCParser.parse(test.text, grammar: .rfc7489)
            if let expected = test.expected {
                let record = try #require(record, "\(test.text)")
                let (ours, theirs) = (Self.goFields(record), try Self.expectedFields(expected))
                tally.judge(test.text, ours == theirs, "\(ours) instead of \(theirs)")
            } else {
                tally.judge(test.text, record?.policy == nil, "\(String(describing: record))")
                if Self.deviations[test.text] != nil {
                    #expect(record?.faults.isEmpty == false, "\(test.text)")
                }
            }
        }
        tally.report(cases: 41)
    }

    /// The record as mox would print the fields that differ from its defaults.
    private static func goFields(_ record: DMARCRecord) -> [String: String] {
        var fields = ["Policy": record.policy?.rawValue ?? ""]
        fields["SubdomainPolicy"] = record.subdomainPolicy?.rawValue
        if record.dkimAlignment == .strict { fields["ADKIM"] = "s" }
        if record.spfAlignment == .strict { fields["ASPF"] = "s" }
        func list(_ addresses: [DMARCReportURI]) -> String? {
            addresses.isEmpty ? nil : addresses.map { "\($0.text) \($0.sizeLimit ?? 0)" }.joined(separator: ",")
        }
        fields["AggregateReportAddresses"] = list(record.aggregateReports)
        fields["FailureReportAddresses"] = list(record.failureReports)
        if record.percentage != 100 { fields["Percentage"] = "\(record.percentage)" }
        if record.reportInterval != 86_400 { fields["AggregateReportingInterval"] = "\(record.reportInterval)" }
        if record.failureOptions != [.allFail] {
            fields["FailureReportingOptions"] = record.failureOptions.map(\.rawValue).sorted().joined(separator: ",")
        }
        return fields
    }

    private static func expectedFields(_ go: String) throws -> [String: String] {
        var fields: [String: String] = [:]
        for key in ["Policy", "SubdomainPolicy", "ADKIM", "ASPF"] {
            let pattern = try Regex("\\b\(key): \"(\\w+)\"", as: (Substring, Substring).self)
            fields[key] = go.firstMatch(of: pattern).map { String($0.1) }
        }
        for key in ["Percentage", "AggregateReportingInterval"] {
            let pattern = try Regex("\\b\(key): (\\d+)", as: (Substring, Substring).self)
            fields[key] = go.firstMatch(of: pattern).map { String($0.1) }
        }
        for key in ["AggregateReportAddresses", "FailureReportAddresses"] {
            let pattern = try Regex("\(key): \\[\\]URI\\{(.*?), \\}", as: (Substring, Substring).self)
            guard let list = go.firstMatch(of: pattern)?.1 else { continue }
            fields[key] = String(list).matches(of: /\{Address: "(.*?)"(?:, MaxSize: (\d+))?(?:, Unit: "(.)")?\}/).map {
                let size = Int($0.2 ?? "0") ?? 0
                let shift = ["k": 10, "m": 20, "g": 30, "t": 40][String($0.3 ?? "")] ?? 0
                return "\($0.1) \(size << shift)"
            }.joined(separator: ",")
        }
        if let list = go.firstMatch(of: /FailureReportingOptions: \[\]string\{(.*?)\}/)?.1 {
            fields["FailureReportingOptions"] = String(list).matches(of: /"(.)"/).map { String($0.1) }.joined(
                separator: ",")
        }
        return fields
    }
}
