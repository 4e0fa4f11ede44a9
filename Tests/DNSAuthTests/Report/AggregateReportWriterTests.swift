import Foundation
import Mail
import Testing

@testable import DNSAuth

/// What we report: valid for the schema, and read back as it was meant.
@Suite struct AggregateReportWriterTests {
    static let submitter = Domain(canonical: "mail.receiver.example")
    static let about = Domain(canonical: "example.com")
    static let identity = ReportIdentity(
        organization: "Receiver & <Sons>", submitter: submitter,
        contact: Mailbox(localPart: "dmarc", domain: submitter))

    static func report() -> AggregateReport {
        let rows = [
            AggregateRow(
                source: IPAddress("2001:db8::1"), count: 3, disposition: .pass, isDKIMAligned: true,
                isSPFAligned: false, headerFrom: "example.com", envelopeFrom: "",
                dkim: [
                    AggregateDKIM(domain: "other.example", selector: "z", result: .fail),
                    AggregateDKIM(domain: "example.com", selector: "mt1", result: .pass, comment: "a <b> & c"),
                ], spf: [AggregateSPF(domain: "bounce.example", result: .softfail)]),
            AggregateRow(
                source: IPAddress("192.0.2.7"), count: 120, disposition: .none, isDKIMAligned: false,
                isSPFAligned: false, overrides: [AggregateOverride(.policyTestMode)], headerFrom: "a.example.com",
                envelopeTo: "receiver.example"),
        ]
        let policy = AggregatePolicy(
            domain: "example.com", p: .reject, sp: .quarantine, np: .reject, adkim: .strict, aspf: .relaxed,
            failureOptions: "1", isTesting: true, discovery: .treeWalk)
        return ReportAssembly.aggregate(rows, policy: policy, about: about, day: 19_675, by: identity)
    }

    @Test func theSchemaAcceptsIt() throws {
        guard let folder = Conformance.folder("dmarc/ietf-aggregate-schema"),
            let xmllint = Tool.find("xmllint", for: "our aggregate reports against the schema")
        else { return }
        let work = try TemporaryFolder()
        let file = work.url.appending(path: "report.xml")
        try Data(AggregateReportWriter.xml(Self.report())).write(to: file)
        let schema = folder.appending(path: "dmarc-xml-0.2.xsd").path
        let checked = try Tool.run(xmllint, ["--noout", "--nonet", "--schema", schema, file.path])
        #expect(checked.status == 0, "\(checked.errors)")
    }

    @Test func itIsReadBackAsItWasWritten() throws {
        let report = Self.report()
        var read = try AggregateReportParser.parse(AggregateReportWriter.xml(report))
        #expect(read.rows[1].dkim.map(\.result) == [.pass, .fail])
        read.rows[1].dkim.reverse()
        // What an empty envelope sender and a missing one mean is kept apart.
        #expect(read == report)
    }

    @Test func everySampleSurvivesBeingWrittenInTheNewForm() throws {
        guard let root = Conformance.folder("dmarc/parsedmarc/samples/aggregate"),
            let schema = Conformance.folder("dmarc/ietf-aggregate-schema"),
            let xmllint = Tool.find("xmllint", for: "samples in the new form against the schema")
        else { return }
        for file in try ReportSample.files(root) {
            guard case .success(.aggregate(let report)) = try ReportSample.read(file) else { continue }
            let xml = AggregateReportWriter.xml(report)
            #expect(try AggregateReportParser.parse(xml).messageCount == report.messageCount)
            let work = try TemporaryFolder()
            try Data(xml).write(to: work.url.appending(path: "r.xml"))
            let arguments = [
                "--noout", "--nonet", "--schema", schema.appending(path: "dmarc-xml-0.2.xsd").path,
                work.url.appending(path: "r.xml").path,
            ]
            let checked = try Tool.run(xmllint, arguments)
            #expect(checked.status == 0, "\(file.lastPathComponent): \(checked.errors)")
        }
    }

    @Test func theMailHasTheSubjectAndTheFileNameOfTheRFC() throws {
        let report = Self.report()
        let packed = GzipFile.pack(AggregateReportWriter.xml(report))
        let message = try Self.mail().compose(report, packed: packed)
        let tree = MIMETree(reading: message)
        let id = report.reporter.reportID
        #expect(id.count == 32)
        #expect(
            tree.text("subject", of: tree.root)
                == "Report Domain: example.com Submitter: mail.receiver.example Report-ID: \(id)")
        let part = try #require(tree.entities.first { $0.contentType.essence == "application/gzip" })
        #expect(
            tree.filename(of: part) == "mail.receiver.example!example.com!1699920000!1700006399!\(id).xml.gz")
        guard case .aggregate(let read) = try ReportReader.read(message: message) else {
            Issue.record("our own mail is no report for us")
            return
        }
        #expect(read.messageCount == 123)
        // Made again, it is the same report under the same name.
        #expect(Self.report().reporter.reportID == id)
    }

    @Test func theTLSMailHasTheFieldsOfTheRFC() throws {
        let report = ReportAssembly.tls(
            [
                PendingTLS(
                    destination: Self.about, day: 19_675,
                    policy: TLSReportPolicy(
                        kind: TLSReportPolicy.Kind.none, domain: "example.com", successes: 0, failures: 0),
                    failure: nil, count: 5)
            ], about: Self.about, day: 19_675, by: Self.identity)
        let packed = GzipFile.pack(TLSReportWriter.json(report))
        let message = try Self.mail().compose(report, about: Self.about, packed: packed)
        let tree = MIMETree(reading: message)
        #expect(tree.root.contentType.essence == "multipart/report")
        #expect(tree.root.contentType["report-type"] == "tlsrpt")
        #expect(tree.text("TLS-Report-Domain", of: tree.root) == "example.com")
        #expect(tree.text("TLS-Report-Submitter", of: tree.root) == "mail.receiver.example")
        let part = try #require(tree.entities.last)
        #expect(part.contentType.essence == "application/tlsrpt+gzip")
        #expect(tree.filename(of: part)?.hasPrefix("mail.receiver.example!example.com!1699920000!1700006399!") == true)
        guard case .tls(let read) = try ReportReader.read(message: message) else {
            Issue.record("our own mail is no report for us")
            return
        }
        #expect(read == report)
    }

    private static func mail() -> ReportMail {
        ReportMail(
            submitter: submitter, from: NamedMailbox(mailbox: identity.contact),
            to: [Mailbox(localPart: "rua", domain: about)], date: WallTime(milliseconds: 1_700_010_000_000),
            messageID: "<1@mail.receiver.example>", seed: 7)
    }
}
