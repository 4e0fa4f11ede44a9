import Foundation
import Mail
import Testing

/// Feedback reports of mail-auth and parsedmarc.
@Suite struct FeedbackReportSuiteTests {
    static func parse(_ bytes: [UInt8]) throws -> FeedbackReport {
        try FeedbackReportParser.parse(MIMETree(reading: bytes))
    }

    @Test func mailAuthReadsTheSameFields() throws {
        let folder = "bounces/arf-mail-auth/resources/arf"
        let files = Conformance.files(in: folder, ending: ".eml")
        guard !files.isEmpty else { return }
        #expect(files.count == 5)
        for file in files {
            let report = try Self.parse(file.bytes)
            let name = file.name.replacing(".eml", with: ".json")
            let expected = try #require(Conformance.json("\(folder)/\(name)") as? [String: Any])
            func text(_ key: String) -> String? { expected[key] as? String }
            func list(_ key: String) -> [String] { expected[key] as? [String] ?? [] }
            func words(_ text: String) -> [Substring] { text.split(whereSeparator: \.isWhitespace) }
            let kinds: [FeedbackReport.Kind: String] = [.abuse: "Abuse", .authFailure: "AuthFailure"]
            #expect(kinds[report.kind] == text("feedback_type"))
            #expect(report.arrivalDate.map { Int($0.milliseconds / 1000) } == expected["arrival_date"] as? Int)
            #expect(
                report.authenticationResults.map { words($0) } == list("authentication_results").map { words($0) })
            #expect(report.incidents == expected["incidents"] as? Int)
            #expect(report.originalEnvelopeID == text("original_envelope_id"))
            #expect(report.originalMailFrom == text("original_mail_from"))
            #expect(report.originalRecipients.first == text("original_rcpt_to"))
            #expect(report.reportedDomains == list("reported_domain"))
            #expect(report.reportedURIs == list("reported_uri"))
            #expect(report.reportingMTA == text("reporting_mta"))
            #expect(report.sourceAddress.map { "\($0)" } == text("source_ip"))
            #expect(report.userAgent == text("user_agent"))
            #expect(report.version == (expected["version"] as? Int).map { "\($0)" })
            let failures: [FeedbackReport.AuthFailure?: String] = [
                .bodyHash: "BodyHash", .dmarc: "Dmarc", .none: "Unspecified",
            ]
            #expect(failures[report.authFailure] == text("auth_failure"))
            #expect(report.dkimDomain == text("dkim_domain"))
            #expect(report.dkimIdentity == text("dkim_identity"))
            #expect(report.dkimSelector == text("dkim_selector"))
            #expect(report.dkimCanonicalizedBody == text("dkim_canonicalized_body").map { words($0).joined() })
            #expect(report.repairs == [])
        }
        Conformance.report("bounces/arf-mail-auth", cases: files.count, deviations: 0)
    }

    /// `kind failure | source | reported domains | arrival | original subject | repairs`.
    static let parsedmarc = [
        "DMARC Failure Report for domain.de (mail-from=sharepoint@domain.de, ip=10.10.10.10).eml":
            "auth-failure dmarc | 10.10.10.10 | domain.de | 1538385627 | Subject | unknown_value:delivery-result",
        "[Netease DMARC Failure Report] Rent Reminder.eml":
            "auth-failure - | 167.89.69.24 | cardinal.com | 1538124522 | Rent Reminder | ",
        "dmarc_ruf_report_linkedin.crlf.eml":
            "auth-failure dmarc | 10.10.10.10 | example.com | 1556590140 | Subject line, could be UTF8 encoded | ",
        "dmarc_ruf_report_linkedin.eml":
            "auth-failure dmarc | 10.10.10.10 | example.com | 1556590140 | Subject line, could be UTF8 encoded | ",
        // No machine-readable part at all: prose in the form of Exim.
        "exim_plain_text_only_no_arf_part.eml":
            "auth-failure dmarc | 203.0.113.68 | example.com | 1744060569 | Payment from your account. | "
            + "missing:message/feedback-report",
    ]

    @Test func everyFailureReportOfParsedmarcIsRead() throws {
        let files = Conformance.files(in: "dmarc/parsedmarc/samples/failure", ending: ".eml")
        guard !files.isEmpty else { return }
        #expect(Set(files.map(\.name)) == Set(Self.parsedmarc.keys))
        for file in files {
            let report = try Self.parse(file.bytes)
            let line = [
                "\(report.kind.rawValue) \(report.authFailure?.rawValue ?? "-")",
                report.sourceAddress.map { "\($0)" } ?? "-", report.reportedDomains.joined(separator: ","),
                report.arrivalDate.map { "\($0.milliseconds / 1000)" } ?? "-", report.originalHeader?.subject ?? "-",
                report.repairs.map(\.description).joined(separator: " "),
            ]
            #expect(line.joined(separator: " | ") == Self.parsedmarc[file.name])
            #expect(!report.original.isEmpty)
        }
        Conformance.report("dmarc/parsedmarc failure", cases: files.count, deviations: 0)
    }

    @Test func theComplaintsOfSisimaiAreRead() throws {
        let files = Conformance.files(in: "bounces/sisimai/maildir/bsd", ending: ".eml").filter {
            $0.name.hasPrefix("arf-")
        }
        guard !files.isEmpty else { return }
        var deviations = 0
        for file in files {
            do {
                let report = try Self.parse(file.bytes)
                let original = report.originalHeader?.subject ?? "-"
                #expect("\(report.kindText) \(original) \(report.repairs)" == Self.sisimai[file.name], "\(file.name)")
            } catch {
                #expect(Self.withoutPart.contains(file.name), "\(file.name)")
                deviations += 1
            }
        }
        #expect(files.count == Self.sisimai.count + Self.withoutPart.count)
        #expect(deviations == Self.withoutPart.count)
        Conformance.report("bounces/sisimai arf", cases: files.count, deviations: deviations)
    }

    /// `kind, subject of the original, repairs`.
    static let sisimai = [
        "arf-12.eml": "opt-out Nyaaan []", "arf-15.eml": "abuse Nyaan []", "arf-17.eml": "abuse Nyaan []",
        "arf-18.eml": "auth-failure Nyaan []", "arf-19.eml": "auth-failure Nyaan []", "arf-25.eml": "abuse - []",
    ]
    /// Microsoft's own form: the message alone, without the part that RFC 5965 §2 (c) requires. For the intake of
    /// feedback loops.
    static let withoutPart: Set = ["arf-22.eml", "arf-23.eml", "arf-24.eml"]

    @Test func aMessageWithoutSuchAPartIsNone() {
        for text in [
            "", "Subject: x\r\n\r\nhello\r\n", "Content-Type: multipart/report; boundary=b\n\n--b\n\nhi\n--b--",
        ] {
            #expect(throws: ReportFailure.notFeedback) { try Self.parse(Array(text.utf8)) }
        }
    }

    @Test func aReportInAQuotedMessageIsNotOurs() {
        let text = "Content-Type: message/rfc822\n\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
        #expect(throws: ReportFailure.notFeedback) { try Self.parse(Array(text.utf8)) }
    }

    @Test func limitsHold() throws {
        let many = String(repeating: "Reported-Domain: a.example\n", count: 500)
        let text =
            "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\n"
            + "Feedback-Type: abuse\nIncidents: 99999999999999999999\nSource-Port: 70000\n\(many)\n--b\n"
            + "Content-Type: message/rfc822\n\nSubject: s\n\n" + String(repeating: "x", count: 300_000) + "\n--b--\n"
        let report = try Self.parse(Array(text.utf8))
        #expect(report.reportedDomains.count == 100)
        #expect(report.incidents == 1)
        #expect(report.sourcePort == nil)
        #expect(report.original.count == 262_144)
        #expect(!report.isOriginalComplete)
    }

    @Test func everyFlippedByteGivesAnAnswer() throws {
        let folder = "bounces/arf-mail-auth/resources/arf"
        for file in Conformance.files(in: folder, ending: ".eml").prefix(3) {
            for index in file.bytes.indices where index % 3 == 0 {
                var bytes = file.bytes
                bytes[index] ^= 0x20
                _ = try? Self.parse(bytes)
            }
        }
    }
}
