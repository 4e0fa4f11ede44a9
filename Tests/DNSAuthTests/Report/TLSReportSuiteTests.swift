import Foundation
import Mail
import Testing

@testable import DNSAuth

/// The real TLS reports of mail-auth, mox and parsedmarc.
@Suite struct TLSReportSuiteTests {
    /// `organization | domains | policies | successes | failures | repairs`.
    static let mailAuth = [
        "rpt01.eml": "Company-X | company-y.example | 1 | 5326 | 303 | ",
        "rpt01.json": "Company-X | company-y.example | 1 | 5326 | 303 | ",
        "rpt02.eml": "Google Inc. | example.com | 1 | 23 | 1 | ",
        "rpt02.json": "Google Inc. | example.com | 1 | 23 | 1 | ",
        "rpt03.json":
            "Google Inc. |  | 2 | 2 | 0 | missing:policy-domain missing:total-failure-session-count "
            + "unknown_value:policy-type",
    ]
    static let mox = [
        "example.eml": "Google Inc. | test.xmox.nl | 1 | 3 | 0 | ",
        "microsoft.eml": "Microsoft Corporation | test.xmox.nl | 1 | 2 | 0 | ",
    ]
    static let parsedmarc = [
        "google.com_smtp_tls_report.eml": "Google Inc. | cardinalhealth.ca | 1 | 48 | 0 | ",
        "mail.ru.json": "Mail.ru | example.com | 1 | 0 | 1 | inconsistent_counts",
        "rfc8460.json": "Company-X | company-y.example | 1 | 5326 | 303 | wrong_type:mx-host",
        "smtp_tls.json": "Example Inc. | example.com | 1 | 0 | 3 | ",
    ]

    @Test(arguments: [
        ("mail-auth/resources/tlsrpt", mailAuth), ("mox/testdata/tlsreports", mox),
        ("parsedmarc/samples/smtp_tls", parsedmarc),
    ])
    func everyRealReportIsRead(path: String, expected: [String: String]) throws {
        guard let folder = Conformance.folder("mta-sts-tlsrpt-dane/\(path)") else { return }
        let files = try ReportSample.files(folder)
        #expect(Set(files.map(\.lastPathComponent)) == Set(expected.keys))
        for file in files {
            guard case .success(.tls(let report)) = try ReportSample.read(file) else {
                Issue.record("\(file.lastPathComponent): \(try ReportSample.read(file))")
                continue
            }
            #expect(ReportSample.line(report) == expected[file.lastPathComponent])
        }
        print("conformance tlsrpt/\(path): \(files.count) cases, \(files.count) agree, 0 deviations listed")
    }

    @Test func theMailHoldsWhatTheFileBesideItSays() throws {
        guard let folder = Conformance.folder("mta-sts-tlsrpt-dane/mail-auth/resources/tlsrpt") else { return }
        for name in ["rpt01", "rpt02"] {
            guard case .success(.tls(var mail)) = try ReportSample.read(folder.appending(path: "\(name).eml")),
                case .success(.tls(var file)) = try ReportSample.read(folder.appending(path: "\(name).json"))
            else {
                Issue.record("\(name) is not read")
                continue
            }
            // The file was reformatted, and the link in it damaged.
            for index in file.policies[0].details.indices {
                file.policies[0].details[index].information = ""
                mail.policies[0].details[index].information = ""
            }
            #expect(mail == file)
        }
    }

    @Test func everyFieldOfTheExampleInTheRFCArrives() throws {
        guard let folder = Conformance.folder("mta-sts-tlsrpt-dane/parsedmarc/samples/smtp_tls") else { return }
        guard case .success(.tls(let report)) = try ReportSample.read(folder.appending(path: "rfc8460.json")) else {
            Issue.record("not read")
            return
        }
        #expect(report.begin == WallTime(rfc3339: "2016-04-01T00:00:00Z"))
        #expect(report.end == WallTime(rfc3339: "2016-04-01T23:59:59Z"))
        #expect(report.reportID == "5065427c-23d3-47ca-b6e0-946ea0e8c4be")
        let policy = try #require(report.policies.first)
        #expect(policy.kind == .sts)
        #expect(policy.hosts == ["*.mail.company-y.example"])
        #expect(policy.strings.count == 4)
        #expect(policy.details.map(\.result) == [.certificateExpired, .startTLSNotSupported, .validationFailure])
        #expect(policy.details.map(\.count) == [100, 200, 3])
        #expect(policy.details[2].reasonCode == "X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED")
        #expect(policy.details[1].receivingAddress == "203.0.113.56")
    }

    @Test func whatIsWrittenIsReadBackAndIsJSONForPython() throws {
        let failure = TLSReportFailure(
            .certificateHostMismatch, sendingAddress: "192.0.2.1", receivingHost: "mx.example.com",
            receivingAddress: "2001:db8::1", count: 4, information: "a \"quoted\" \\ word", reasonCode: "é\u{1F600}")
        let report = TLSReport(
            organization: "Example \u{7}Org", contact: "tls@example.org", reportID: "abc",
            begin: WallTime(milliseconds: 1_700_006_400_000), end: WallTime(milliseconds: 1_700_092_799_000),
            policies: [
                TLSReportPolicy(
                    kind: .sts, strings: ["version: STSv1"], domain: "example.com", hosts: ["*.example.com"],
                    successes: 10, failures: 4, details: [failure]),
                TLSReportPolicy(kind: TLSReportPolicy.Kind.none, domain: "example.com", successes: 3, failures: 0),
            ])
        let json = TLSReportWriter.json(report)
        var expected = report
        expected.organization = "Example  Org"
        #expect(try TLSReportParser.parse(json) == expected)
        guard let python = Tool.find("python3", for: "our TLS reports read by python") else { return }
        let script =
            "import json,sys; p=json.load(sys.stdin)['policies'][0]; "
            + "print(p['failure-details'][0]['additional-information'])"
        let read = try Tool.run(python, ["-c", script], input: Data(json))
        #expect(read.output == "a \"quoted\" \\ word\n")
    }

    @Test(arguments: [
        ("", ReportFailure.empty), ("{", .notJSON), ("[]", .notTLSReport), ("{}", .missing(field: "policies")),
        ("{\"policies\":[]}", .missing(field: "date-range")), ("{\"policies\":7}", .notTLSReport),
        (String(repeating: "[", count: 100_000), .tooDeep(limit: 32)),
        (String(repeating: "{\"a\":", count: 100), .tooDeep(limit: 32)),
    ])
    func whatIsNoReportIsRefusedWithItsReason(text: String, failure: ReportFailure) {
        #expect(throws: failure) { try TLSReportParser.parse(Array(text.utf8)) }
    }

    @Test func tooManyPoliciesAreRefused() {
        let limits = ReportLimits(rows: 10)
        let entries = Array(repeating: "{}", count: 11).joined(separator: ",")
        let text = """
            {"date-range":{"start-datetime":"2016-04-01T00:00:00Z","end-datetime":"2016-04-01T23:59:59Z"},
            "policies":[\(entries)]}
            """
        #expect(throws: ReportFailure.tooManyRows(limit: 10)) {
            try TLSReportParser.parse(Array(text.utf8), limits: limits)
        }
    }
}
