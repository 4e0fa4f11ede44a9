import Foundation
import Mail
import Testing

@testable import DNSAuth

/// The results that mail-auth writes, read by us, and written again: the facts must survive. The suite shows one
/// implementation's format, so the bytes need not.
@Suite struct MailAuthVectorTests {
    /// What the parts of each text mean, by our parser; `nil`: the text is no complete finding.
    private static let deviations: [String: String] = [:]

    @Test func everyTextIsReadAndWrittenAgain() throws {
        guard let folder = Conformance.folder("dkim/mail-auth-vectors") else { return }
        let file = try Conformance.json(folder.appending(path: "common_auth_results.json")) as? [String: Any]
        let cases = try #require(file?["cases"] as? [[String: Any]])
        var agreed = 0
        var deviated: Set<String> = []
        for entry in cases {
            let values = try #require(entry["values"] as? [Any])
            let text = try #require(values[0] as? String)
            let source = "mx.example; \(text)"
            do {
                let read = try AuthenticationResults(parsing: Array(source.utf8).span)
                let again = read.field
                let reread = try AuthenticationResults(parsing: again.span.extracting(23..<again.count))
                // The plainest reading of the text, without our parser.
                let method = String(text.prefix { $0 != "=" })
                let result = String(text.drop { $0 != "=" }.dropFirst().prefix { $0 != " " })
                let properties = Self.properties(text)
                let isEqual =
                    read.findings.count == 1 && read.findings[0].method == method && read.findings[0].result == result
                    && read.findings[0].properties.map { "\($0.type).\($0.name)=\($0.value)" } == properties
                    && read.findings[0].comment == Self.comment(text) && reread == read
                if isEqual { agreed += 1 } else { deviated.insert(text) }
            } catch {
                deviated.insert(text)
            }
        }
        print(
            "conformance dkim/mail-auth-vectors results: \(cases.count) cases, \(agreed) agree, "
                + "\(Self.deviations.count) deviations listed"
        )
        #expect(deviated == Set(Self.deviations.keys))
        #expect(cases.count == 16)
        #expect(agreed == 16 - Self.deviations.count)
    }

    private static func comment(_ text: String) -> String? {
        guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") else { return nil }
        return String(text[text.index(after: open)..<close])
    }

    private static func properties(_ text: String) -> [String] {
        var rest = text
        if let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") {
            rest.removeSubrange(open...close)
        }
        return rest.split(separator: " ").dropFirst().map { String($0.replacing("\"", with: "")) }
    }
}
