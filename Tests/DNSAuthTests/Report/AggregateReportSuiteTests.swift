import Foundation
import Mail
import Testing

@testable import DNSAuth

/// The real aggregate reports of parsedmarc, in every container: what each says, and what had to be overlooked.
@Suite struct AggregateReportSuiteTests {
    /// `organization | domain | rows | messages | repairs`.
    static let aggregate = [
        "!example.com!1538204542!1538463818.xml":
            "accurateplastics.com | example.com | 1 | 1 | missing:spf.domain missing:org_name",
        "!large-example.com!1711897200!1711983600.xml":
            "accurateplastics.com | example.com | 2286 | 2286 | missing:spf.domain missing:org_name",
        "Report domain- borschow.com Submitter- google.com Report-ID- 949348866075514174.eml":
            "google.com | borschow.com | 1 | 1 | ",
        "addisonfoods.com!example.com!1536105600!1536191999.xml": "addisonfoods.com | example.com | 1 | 1 | ",
        "empty_reason.xml": "example.org | example.com | 1 | 2 | missing:type",
        "estadocuenta1.infonacot.gob.mx!example.com!1536853302!1536939702!2940.xml.zip":
            "XYZ Corporation | example.com | 1 | 1 | ",
        "example.net!example.com!1529366400!1529452799.xml": "example.net | example.com | 1 | 1 | ",
        "fastmail.com!example.com!1516060800!1516147199!102675056.xml.gz": "FastMail Pty Ltd | indemed.com | 1 | 1 | ",
        // The root is a schema element that is never closed.
        "ikea.com!example.de!1538690400!1538776800.xml": "ikea.com | example.de | 1 | 1 | wrapped not_well_formed",
        "invalid_utf_8.xml":
            "accurateplastics.com | example.com | 1 | 1 | bad_characters missing:spf.domain missing:org_name",
        "invalid_xml.xml": "veeam.com | example.com | 1 | 1 | missing:spf.domain not_well_formed",
        "mimecast-weird-gzip.eml": "Mimecast | ab.id.au | 1 | 1 | ",
        "old_draft_from_wiki.xml": "acme.com | example.com | 1 | 2 | ",
        "protection.outlook.com!example.com!1711756800!1711843200.xml": "Outlook.com | example.com | 1 | 1 | ",
        "rfc9990-example.net!example.com!1700000000!1700086399.xml": "example.net | example.com | 2 | 7 | ",
        "rfc9990-sample.xml": "Sample Reporter | example.com | 1 | 123 | ",
        "twilight.eml": "google.com | twlnet.com | 1 | 1 | ",
        "usssa.com!example.com!1538784000!1538870399.xml": "usssa.com | example.com | 2 | 2 | ",
        "veeam.com!example.com!1530133200!1530219600.xml": "veeam.com | example.com | 1 | 1 | missing:spf.domain",
    ]
    /// parsedmarc refuses it: the period is four days. We read it and say so.
    static let invalid = [
        "report_with_upper_cased_pass.xml":
            "example.com | example.com | 1 | 1 | letter_case:result letter_case:disposition letter_case:dkim "
            + "letter_case:spf odd_period"
    ]
    static let containers = [
        "changed-input.xml": "fred.com | example.com | 20 | 3047 | ",
        "nice-input.xml": "google.com | example.com | 20 | 3047 | ",
        "nice-input.xml.gz": "google.com | example.com | 20 | 3047 | ",
        "nice-input.xml.zip": "google.com | example.com | 20 | 3047 | ",
    ]
    /// Python's XML parser reads none of these.
    static let unreadableByPython: Set = [
        "ikea.com!example.de!1538690400!1538776800.xml", "invalid_utf_8.xml", "invalid_xml.xml",
    ]

    @Test func everyRealReportIsReadAndItsRepairsAreSaid() throws {
        let samples = "dmarc/parsedmarc/samples"
        guard let root = Conformance.folder(samples) else { return }
        let groups = [
            ("aggregate", Self.aggregate), ("aggregate_invalid", Self.invalid), ("extract_report", Self.containers),
        ]
        var cases = 0
        for (folder, expected) in groups {
            let files = try ReportSample.files(root.appending(path: folder))
            #expect(Set(files.map(\.lastPathComponent)) == Set(expected.keys))
            for file in files {
                cases += 1
                guard case .success(.aggregate(let report)) = try ReportSample.read(file) else {
                    Issue.record("\(file.lastPathComponent): \(try ReportSample.read(file))")
                    continue
                }
                #expect(ReportSample.line(report) == expected[file.lastPathComponent], "\(file.lastPathComponent)")
            }
        }
        #expect(cases == 24)
        print("conformance dmarc/parsedmarc aggregate: \(cases) cases, \(cases) agree, 0 deviations listed")
    }

    @Test func pythonCountsTheSameRecordsAndMessages() throws {
        guard let root = Conformance.folder("dmarc/parsedmarc/samples"),
            let python = Tool.find("python3", for: "records of aggregate reports counted by python")
        else { return }
        var unreadable: Set<String> = []
        var compared = 0
        for folder in ["aggregate", "aggregate_invalid", "extract_report"] {
            for file in try ReportSample.files(root.appending(path: folder)) {
                let counted = try Tool.run(python, ["-c", Self.counter, file.path])
                guard counted.status == 0 else {
                    unreadable.insert(file.lastPathComponent)
                    continue
                }
                guard case .success(.aggregate(let report)) = try ReportSample.read(file) else {
                    Issue.record("\(file.lastPathComponent) is readable by python")
                    continue
                }
                compared += 1
                let aligned = report.rows.filter { $0.isDKIMAligned || $0.isSPFAligned }.count
                #expect(
                    counted.output
                        == "\(report.rows.count) \(report.messageCount) \(aligned) \(report.reporter.reportID)\n")
            }
        }
        #expect(unreadable == Self.unreadableByPython)
        #expect(compared == 21)
    }

    @Test func theFactsOfTheRFC9990SampleArriveInTheModel() throws {
        guard let root = Conformance.folder("dmarc/parsedmarc/samples/aggregate") else { return }
        let file = root.appending(path: "rfc9990-example.net!example.com!1700000000!1700086399.xml")
        guard case .success(.aggregate(let report)) = try ReportSample.read(file) else {
            Issue.record("not an aggregate report")
            return
        }
        #expect(
            report.policy
                == AggregatePolicy(
                    domain: "example.com", p: .reject, sp: .quarantine, np: .reject, adkim: .strict, aspf: .strict,
                    failureOptions: "1", isTesting: true, discovery: .treeWalk))
        #expect(report.reporter.begin == WallTime(milliseconds: 1_700_000_000_000))
        #expect(report.reporter.end == WallTime(milliseconds: 1_700_086_399_000))
        #expect(report.rows[0].source == IPAddress("198.51.100.1"))
        #expect(report.rows[0].dkim == [AggregateDKIM(domain: "example.com", selector: "selector1", result: .pass)])
        #expect(report.rows[1].disposition == .reject)
        #expect(report.rows[1].overrides == [AggregateOverride(.other, comment: "sender not authorized")])
        #expect(report.rows[1].envelopeFrom == "spoofed.example.com")
    }

    @Test func theSamplesBesideTheSchemaAreRead() throws {
        guard let folder = Conformance.folder("dmarc/ietf-aggregate-schema") else { return }
        let files = try ReportSample.files(folder).filter { $0.pathExtension == "xml" }
        let lines = try files.map { file -> String in
            guard case .success(.aggregate(let report)) = try ReportSample.read(file) else { return "unreadable" }
            return ReportSample.line(report)
        }
        #expect(lines == Array(repeating: "Sample Reporter | example.com | 1 | 123 | ", count: 2))
        print(
            "conformance dmarc/ietf-aggregate-schema: \(lines.count) cases, \(lines.count) agree, 0 deviations listed")
    }

    @Test func anEmptyFileIsRefused() throws {
        guard let root = Conformance.folder("dmarc/parsedmarc/samples") else { return }
        #expect(try ReportSample.read(root.appending(path: "empty.xml")) == .failure(.empty))
    }

    private static let counter = """
        import sys, gzip, zipfile, email, io, zlib
        import xml.etree.ElementTree as ET
        data = open(sys.argv[1], 'rb').read()
        if sys.argv[1].endswith('.eml'):
            for part in email.message_from_bytes(data).walk():
                body = part.get_payload(decode=True)
                if body and body[:2] in (b'\\x1f\\x8b', b'PK'):
                    data = body
        if data[:2] == b'\\x1f\\x8b':
            data = zlib.decompressobj(31).decompress(data)
        elif data[:2] == b'PK':
            archive = zipfile.ZipFile(io.BytesIO(data))
            data = archive.read(archive.namelist()[0])
        root = ET.fromstring(data)
        def named(node, name):
            return [e for e in node.iter() if e.tag.split('}')[-1] == name]
        records = named(root, 'record')
        total = sum(int(c.text) for c in named(root, 'count'))
        aligned = 0
        for e in named(root, 'policy_evaluated'):
            aligned += any(c.tag.split('}')[-1] in ('dkim', 'spf') and c.text.lower() == 'pass' for c in e)
        print(len(records), total, aligned, named(root, 'report_id')[0].text)
        """
}
