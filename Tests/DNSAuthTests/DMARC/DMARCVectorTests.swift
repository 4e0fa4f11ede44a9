import Foundation
import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// mail-auth's record table (RFC 9989) and its alignment table.
@Suite struct DMARCVectorTests {
    private static let deviations = [
        4: """
        RFC 3986 §2.1: user%20@example.com is a local part that ends in a space, which no mailbox has unquoted \
        (RFC 5321 §4.1.2); mail-auth drops the space and has another address
        """
    ]

    private func cases(_ file: String) throws -> [[Any]]? {
        guard let folder = Conformance.folder("dmarc/mail-auth-vectors") else { return nil }
        let parsed = try Conformance.json(folder.appending(path: file))
        let list = try #require((parsed as? [String: Any])?["cases"] as? [[String: Any]])
        return try list.map { try #require($0["values"] as? [Any]) }
    }

    @Test func records() throws {
        guard let cases = try cases("dmarc_parse.json") else { return }
        var agreed = 0
        for (index, values) in cases.enumerated() {
            let text = try #require(values[0] as? String)
            let theirs = Self.squeezed(try #require((values[1] as? [String: String])?["rs"]))
            let ours = Self.rust(try #require(DMARCParser.parse(text), "\(text)"))
            if ours == theirs { agreed += 1 }
            if let reason = Self.deviations[index] {
                #expect(ours != theirs, "case \(index) is listed as a deviation and agrees")
                print("deviation dmarc/mail-auth-vectors record \(index): \(reason)")
            } else {
                #expect(ours == theirs, "\(text)")
            }
        }
        print("conformance dmarc/mail-auth-vectors records: \(cases.count) cases, \(agreed) agree, 1 deviations listed")
        #expect(cases.count == 6)
        #expect(agreed == 5)
    }

    /// The record as mail-auth writes it: absent policies follow the wider ones, sizes are in bytes. Without blanks.
    private static func rust(_ record: DMARCRecord) -> Set<String> {
        func word(_ policy: DMARCPolicy?) -> String { "Policy::\(policy?.rawValue.capitalized ?? "Unspecified")" }
        func alignment(_ alignment: DMARCRecord.Alignment) -> String {
            alignment == .strict ? "Alignment::Strict" : "Alignment::Relaxed"
        }
        func list(_ addresses: [DMARCReportURI]) -> String {
            let members = addresses.map { "URI::new(\"\($0.mailbox?.description ?? "")\",\($0.sizeLimit ?? 0))" }
            return "vec![\(members.joined(separator: ","))]"
        }
        let sp = record.subdomainPolicy ?? record.policy
        let options = record.failureOptions.map(\.rawValue).sorted().joined()
        let fo = ["0": "All", "1": "Any", "d": "Dkim", "s": "Spf", "ds": "DkimSpf"][options] ?? options
        let psd: String =
            switch record.publicSuffix {
            case .yes: "Yes"
            case .no: "No"
            case .unsaid: "Default"
            }
        return [
            "adkim:\(alignment(record.dkimAlignment))", "aspf:\(alignment(record.spfAlignment))", "fo:Report::\(fo)",
            "np:\(word(record.nonexistentPolicy ?? sp))", "p:\(word(record.policy))", "sp:\(word(sp))",
            "rua:\(list(record.aggregateReports))", "ruf:\(list(record.failureReports))", "psd:Psd::\(psd)",
            "t:\(record.isTesting)", "v:Version::V1",
        ]
    }

    private static func squeezed(_ rust: String) -> Set<String> {
        var body = rust.filter { !$0.isWhitespace }
        body = String(body.dropFirst("Dmarc{".count).dropLast())
        // Products of numbers, as they are written there.
        while let product = body.firstMatch(of: /(\d+)\*(\d+)/) {
            body.replaceSubrange(product.range, with: "\((Int(product.1) ?? 0) * (Int(product.2) ?? 0))")
        }
        body.replace(",]", with: "]")
        let fields = body.matches(of: /(\w+):((?:vec!\[.*?\])|[\w:]+),/).map { "\($0.1):\($0.2)" }
        return Set(fields)
    }

    @Test func alignment() async throws {
        guard let cases = try cases("dmarc_verify.json") else { return }
        var agreed = 0
        for values in cases {
            let texts = values.compactMap { $0 as? String }
            let words = values.compactMap { ($0 as? [String: String])?["rs"] }
            var resolver = FakeResolver()
            resolver.txt[String(texts[0].dropLast())] = [texts[1]]
            let author = DMARCAuthor.read(Content(original: Array(texts[2].utf8)))
            // Four rows are of DKIM2, a draft: one domain, one result, no SPF. For DMARC it is a DKIM result.
            let isDKIM2 = texts.count == 4
            let dkim = DKIMOutcome.signed(words[0].hasSuffix("::Pass") ? .pass : .fail, texts[isDKIM2 ? 3 : 4])
            let spf = isDKIM2 ? [] : [SPFOutcome.mailFrom(words[1].hasSuffix("::Pass") ? .pass : .fail, texts[3])]
            let outcome = await DMARCCheck(resolver: resolver).evaluate(author: author, spf: spf, dkim: [dkim])
            let results = Array(words[(isDKIM2 ? 1 : 2)...])
            let isRight =
                outcome.isDKIMAligned == results[0].hasSuffix("::Pass")
                && (isDKIM2 || outcome.isSPFAligned == results[1].hasSuffix("::Pass"))
                && results.last == "Policy::\(outcome.policy.rawValue.capitalized)"
                && (outcome.result == .pass) == results.dropLast().contains { $0.hasSuffix("::Pass") }
            #expect(isRight, "\(texts) \(words): \(outcome)")
            if isRight { agreed += 1 }
        }
        print(
            "conformance dmarc/mail-auth-vectors alignment: \(cases.count) cases, \(agreed) agree, 0 deviations listed")
        #expect(cases.count == 8)
        #expect(agreed == 8)
    }
}
