import Foundation
import Mail
import Testing

@testable import DNSAuth

/// XML made to hurt, and XML that is only wrong.
@Suite struct AggregateReportAbuseTests {
    static func report(
        head: String = "<?xml version=\"1.0\"?>", root: String = "feedback", records: String = record()
    ) -> [UInt8] {
        Array(
            """
            \(head)<\(root)><report_metadata><org_name>o</org_name><email>a@b</email><report_id>1</report_id>
            <date_range><begin>1700000000</begin><end>1700086399</end></date_range></report_metadata>
            <policy_published><domain>example.com</domain><p>none</p></policy_published>
            \(records)</feedback>
            """.utf8)
    }

    static func record(_ from: String = "example.com", count: String = "1") -> String {
        """
        <record><row><source_ip>192.0.2.1</source_ip><count>\(count)</count><policy_evaluated>
        <disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row>
        <identifiers><header_from>\(from)</header_from></identifiers><auth_results/></record>
        """
    }

    static func wide(_ text: String, bigEndian: Bool) -> [UInt8] {
        var out: [UInt8] = []
        for unit in text.utf16 {
            let bytes = [UInt8(unit & 255), UInt8(unit >> 8)]
            out += bigEndian ? bytes.reversed() : bytes
        }
        return out
    }

    @Test(arguments: [
        "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;\">]>",
        "<!DOCTYPE foo [<!ENTITY xxe SYSTEM \"file:///etc/passwd\">]>",
        "<!doctype foo SYSTEM \"http://192.0.2.1/evil.dtd\">",
        "<!-- <!ENTITY -->",
    ])
    func aDTDIsRefusedBeforeParsing(declaration: String) {
        let bytes = Self.report(head: "<?xml version=\"1.0\"?>" + declaration, records: Self.record("&lol2;"))
        #expect(throws: ReportFailure.documentType) { try AggregateReportParser.parse(bytes) }
    }

    @Test func aDTDInUTF16IsFoundToo() {
        let text = String(decoding: Self.report(head: "<!DOCTYPE a [<!ENTITY b \"c\">]>"), as: UTF8.self)
        let wide: [UInt8] = [0xFF, 0xFE] + Self.wide(text, bigEndian: false)
        #expect(throws: ReportFailure.documentType) { try AggregateReportParser.parse(wide) }
    }

    @Test func aReportInUTF16OrLatin1IsRead() throws {
        let text = String(decoding: Self.report(records: Self.record("é.example")), as: UTF8.self)
        let wide: [UInt8] = [0xFE, 0xFF] + Self.wide(text, bigEndian: true)
        #expect(try AggregateReportParser.parse(wide).rows.map(\.headerFrom) == ["é.example"])
        let head = "<?xml version='1.0' encoding='ISO-8859-1'?>"
        let latin = Self.report(head: head, records: Self.record("#.example")).map { $0 == 0x23 ? 0xE9 : $0 }
        let report = try AggregateReportParser.parse(latin)
        #expect(report.rows.map(\.headerFrom) == ["é.example"])
        #expect(report.repairs == [])
    }

    @Test func anUndeclaredEntityDoesNotTakeTheReportWithIt() throws {
        let report = try AggregateReportParser.parse(Self.report(records: Self.record("a&nope;b.example")))
        #expect(report.rows.count == 1)
        #expect(report.repairs.contains(.notWellFormed))
    }

    @Test func nestingAndCountsAreLimited() {
        let deep = String(repeating: "<a>", count: 100) + String(repeating: "</a>", count: 100)
        #expect(throws: ReportFailure.tooDeep(limit: 32)) {
            try AggregateReportParser.parse(Self.report(records: "<record>\(deep)</record>"))
        }
        let wide = "<record>" + String(repeating: "<a/>", count: 6_000) + "</record>"
        #expect(throws: ReportFailure.tooManyElements(limit: 5_000)) {
            try AggregateReportParser.parse(Self.report(records: wide))
        }
        let rows = String(repeating: Self.record(), count: 11)
        #expect(throws: ReportFailure.tooManyRows(limit: 10)) {
            try AggregateReportParser.parse(Self.report(records: rows), limits: ReportLimits(rows: 10))
        }
        #expect(throws: ReportFailure.tooManyElements(limit: 50)) {
            try AggregateReportParser.parse(Self.report(records: rows), limits: ReportLimits(elements: 50))
        }
        #expect(throws: ReportFailure.tooLarge(limit: 100)) {
            try AggregateReportParser.parse(Self.report(), limits: ReportLimits(bytes: 100))
        }
    }

    @Test func countsThatAreNoNumbersAndSumsThatOverflowDoNotTrap() throws {
        let records =
            Self.record(count: "9223372036854775807") + Self.record(count: "9223372036854775807")
            + Self.record(count: "-5") + Self.record(count: "99999999999999999999") + Self.record(count: "x")
        let report = try AggregateReportParser.parse(Self.report(records: records))
        #expect(report.rows.map(\.count) == [.max, .max, 1, 1, 1])
        #expect(report.messageCount == .max)
        #expect(report.repairs == [.missing(field: "count")])
    }

    @Test func aTextThatEndsInARecordKeepsTheWholeOnes() throws {
        let whole = Self.report(records: Self.record("one.example") + Self.record("two.example"))
        let text = String(decoding: whole, as: UTF8.self)
        let cut = text[..<text.firstRange(of: "<header_from>two")!.lowerBound]
        let report = try AggregateReportParser.parse(Array(cut.utf8))
        #expect(report.rows.first?.headerFrom == "one.example")
        #expect(report.repairs.contains(.notWellFormed))
    }

    @Test func everyCutAndEveryFlippedByteGivesAnAnswer() throws {
        let whole = Self.report()
        for length in whole.indices { _ = try? AggregateReportParser.parse(Array(whole[..<length])) }
        for index in whole.indices {
            var flipped = whole
            flipped[index] ^= 0x21
            _ = try? AggregateReportParser.parse(flipped)
        }
        #expect(try AggregateReportParser.parse(whole).rows.count == 1)
    }

    @Test(arguments: [
        ("<html><body/></html>", ReportFailure.notAggregate), ("<feedback/>", .missing(field: "report_metadata")),
        ("<feedback><report_metadata/><record/></feedback>", .missing(field: "policy_published")),
        ("no xml", .notAggregate),
    ])
    func whatIsNoReportIsRefusedWithItsReason(text: String, failure: ReportFailure) {
        #expect(throws: failure) { try AggregateReportParser.parse(Array(text.utf8)) }
    }
}
