import Foundation
import Mail
import Testing

@testable import DNSAuth

/// arc/valimail: 17 messages sealed, byte for byte as far as a signature can tell.
@Suite struct ARCSigningSuiteTests {
    @Test func signing() throws {
        guard let suite = try ARCSuite.read("arc-draft-sign-tests.yml") else { return }
        var (count, agreed) = (0, 0)
        for scenario in suite.scenarios {
            let der = try #require(scenario.key.flatMap { Data(base64Encoded: $0.filter { !$0.isWhitespace }) })
            let stored = try DKIMKeyPair.reading(der: Array(der), selector: #require(scenario.selector))
            var options = ARCSealOptions()
            // The suite's seals are over message signatures whose b= is on one line.
            options.signatureLineLength = 900
            for test in scenario.tests {
                count += 1
                options.fields = SignedFields(
                    try #require(test.headers).split(separator: ":").map { .init(String($0)) })
                let signer = ARCSigner(
                    domain: Domain(canonical: try #require(scenario.domain)), key: try SigningKey(stored),
                    options: options)
                let results = ResultsText(of: test.content, authority: try #require(test.authority))
                // The suite says in the results what its validator found.
                let chain = results.result(of: "arc").flatMap { ARCResult(rawValue: $0) } ?? .none
                let sealed = try signer.seal(
                    test.content, results: results, chain: chain,
                    at: WallTime(milliseconds: 1_000 * (try #require(test.time))))
                if compare(test, sealed) { agreed += 1 }
            }
        }
        print("conformance arc/valimail signing: \(count) cases, \(agreed) agree, 0 deviations listed")
        #expect(count == 17)
        #expect(agreed == 17)
    }

    private func compare(_ test: ARCSuite.Case, _ sealed: [UInt8]) -> Bool {
        let header = HeaderSection(scanning: sealed.span)
        func value(_ name: String) -> String {
            guard let field = header.first(name, in: sealed.span) else { return "" }
            return String(decoding: field.unfoldedValue(in: sealed.span), as: UTF8.self)
        }
        func tags(_ text: String) -> [String: String] {
            guard !text.isEmpty, let list = try? TagList(text) else { return [:] }
            return Dictionary(uniqueKeysWithValues: list.tags.map { ($0.name, list.unfolded($0.name) ?? "") })
        }
        func words(_ text: String) -> [Substring] { text.split(whereSeparator: \.isWhitespace) }
        #expect(tags(value("ARC-Message-Signature")) == tags(test.signature ?? ""), "\(test.name)")
        #expect(tags(value("ARC-Seal")) == tags(test.seal ?? ""), "\(test.name)")
        #expect(words(value("ARC-Authentication-Results")) == words(test.results ?? ""), "\(test.name)")
        #expect(header.fields.count == (test.seal == "" ? 0 : 3), "\(test.name)")
        return tags(value("ARC-Message-Signature")) == tags(test.signature ?? "")
            && tags(value("ARC-Seal")) == tags(test.seal ?? "")
            && words(value("ARC-Authentication-Results")) == words(test.results ?? "")
    }
}
